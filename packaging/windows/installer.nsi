; The installer for Windows: for the person who runs it, without an administrator.
;
; makensis -DVERSION=0.1.0 -DPAYLOAD=dist\knowalledge -DICON=... -DLICENCE=... -DOUT=... installer.nsi
; (make-installer.sh gives these). PAYLOAD is the folder that PyInstaller makes on Windows.
Unicode true
!ifndef VERSION | PAYLOAD | ICON | LICENCE | OUT
  !error "VERSION, PAYLOAD, ICON, LICENCE and OUT must be given: see make-installer.sh"
!endif
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "x64.nsh"

!define NAME "KnowAllEdge"
!define ID "org.knowalledge.Desktop"
!define FILE_CLASS "KnowAllEdge.Map"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"

Name "${NAME} ${VERSION}"
OutFile "${OUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
SetCompressor /SOLID lzma
ManifestDPIAware true
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "KnowAllEdge Desktop"
VIAddVersionKey "FileDescription" "Installer of KnowAllEdge Desktop"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "The KnowAllEdge Desktop authors, MIT licence"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\knowalledge.exe"
!insertmacro MUI_PAGE_LICENSE "${LICENCE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "French"
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro MUI_LANGUAGE "German"

!macro RefuseWhileOpen un
  ; A program that runs keeps its file from being written.
  ${If} ${FileExists} "$INSTDIR\knowalledge.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\knowalledge.exe" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "Close ${NAME}, then start this again." /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "${NAME} needs a 64-bit Windows 10 or newer." /SD IDOK
    SetErrorLevel 3
    Quit
  ${EndIf}
FunctionEnd

Section "-program"
  !insertmacro RefuseWhileOpen ""
  ; What an older version left would be found by the new one: only our own folder, never what lies beside it.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\knowalledge.exe"

  WriteRegStr HKCU "Software\Classes\.knowalledge" "" "${FILE_CLASS}"
  WriteRegStr HKCU "Software\Classes\.knowalledge" "Content Type" "application/vnd.knowalledge+zip"
  WriteRegStr HKCU "Software\Classes\${FILE_CLASS}" "" "KnowAllEdge map"
  WriteRegStr HKCU "Software\Classes\${FILE_CLASS}\DefaultIcon" "" "$INSTDIR\knowalledge.exe,0"
  WriteRegStr HKCU "Software\Classes\${FILE_CLASS}\shell\open\command" "" '"$INSTDIR\knowalledge.exe" "%1"'
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "KnowAllEdge Desktop"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\knowalledge.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The KnowAllEdge Desktop authors"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"
SectionEnd

; The person's maps, settings and key are left where they are.
Section "Uninstall"
  !insertmacro RefuseWhileOpen "un"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\knowalledge.exe"
  Delete "$INSTDIR\knowalledge-cli.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  ReadRegStr $0 HKCU "Software\Classes\.knowalledge" ""
  ${If} $0 == "${FILE_CLASS}"
    DeleteRegKey HKCU "Software\Classes\.knowalledge"
  ${EndIf}
  DeleteRegKey HKCU "Software\Classes\${FILE_CLASS}"
  DeleteRegKey HKCU "${UNINSTALL}"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

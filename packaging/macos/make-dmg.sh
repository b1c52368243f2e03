#!/bin/sh
# sh packaging/macos/make-dmg.sh [OUT]: a disk image around dist/KnowAllEdge.app. Runs on macOS alone.
#
# Signs when CODESIGN_IDENTITY is set ("Developer ID Application: Name (TEAM)", with its key in the keychain), and has
# Apple notarise it when NOTARY_PROFILE is set as well, which was made once with
#     xcrun notarytool store-credentials PROFILE --apple-id ... --team-id ... --password ...
# Without the first the program is signed ad hoc: each person has to allow it under Privacy & Security once.
set -eu
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
out=${1:-$root/dist}
app=$root/dist/KnowAllEdge.app
[ "$(uname -s)" = Darwin ] || { echo "this needs macOS: hdiutil and codesign are there alone" >&2; exit 2; }
[ -d "$app" ] || { echo "there is no $app; run: sh packaging/dev.sh build" >&2; exit 1; }
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$root/knowalledge_desktop/__init__.py")
target=$out/KnowAllEdge-$version-$(uname -m).dmg
entitlements=$root/packaging/macos/entitlements.plist

if [ -n "${CODESIGN_IDENTITY:-}" ]; then
    # From the inside out: each library first, then the program, then the whole.
    find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' \) -print0 |
        xargs -0 codesign --force --timestamp --options runtime --sign "$CODESIGN_IDENTITY"
    codesign --force --timestamp --options runtime --entitlements "$entitlements" --sign "$CODESIGN_IDENTITY" "$app"
else
    codesign --force --deep --entitlements "$entitlements" --sign - "$app"
fi
codesign --verify --deep --strict "$app"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cp -R "$app" "$work/"
ln -s /Applications "$work/Applications"
mkdir -p "$out"
rm -f -- "$target"
hdiutil create -volname "KnowAllEdge $version" -srcfolder "$work" -fs HFS+ -format UDZO "$target"

if [ -n "${CODESIGN_IDENTITY:-}" ]; then
    codesign --force --timestamp --sign "$CODESIGN_IDENTITY" "$target"
    if [ -n "${NOTARY_PROFILE:-}" ]; then
        xcrun notarytool submit "$target" --keychain-profile "$NOTARY_PROFILE" --wait
        xcrun stapler staple "$target"
        spctl --assess --type open --context context:primary-signature --verbose "$target"
    fi
fi
echo "$target"

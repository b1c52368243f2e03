<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>BackupController</name>
    <message numerus="yes">
        <source>%n changes of {titles} are only in memory so far; keep the window open.</source>
        <translation>
            <numerusform>%n change of {titles} is only in memory so far; keep the window open.</numerusform>
            <numerusform>%n changes of {titles} are only in memory so far; keep the window open.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>A backup was made, with %n maps in it.</source>
        <translation>
            <numerusform>A backup was made, with %n map in it.</numerusform>
            <numerusform>A backup was made, with %n maps in it.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n maps are saved in {name}.</source>
        <translation>
            <numerusform>%n map is saved in {name}.</numerusform>
            <numerusform>%n maps are saved in {name}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BackupRow</name>
    <message numerus="yes">
        <source>%n maps</source>
        <translation>
            <numerusform>%n map</numerusform>
            <numerusform>%n maps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BatchController</name>
    <message numerus="yes">
        <source>%n requests</source>
        <translation>
            <numerusform>%n request</numerusform>
            <numerusform>%n requests</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BatchDialog</name>
    <message numerus="yes">
        <source>Explain %n topics</source>
        <translation>
            <numerusform>Explain %n topic</numerusform>
            <numerusform>Explain %n topics</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CacheController</name>
    <message numerus="yes">
        <source>%n answers are forgotten; the library is as it was.</source>
        <translation>
            <numerusform>%n answer is forgotten; the library is as it was.</numerusform>
            <numerusform>%n answers are forgotten; the library is as it was.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The cache is empty: %n answers are forgotten, the library is as it was.</source>
        <translation>
            <numerusform>The cache is empty: %n answer is forgotten, the library is as it was.</numerusform>
            <numerusform>The cache is empty: %n answers are forgotten, the library is as it was.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CachePage</name>
    <message numerus="yes">
        <source>{hits} of %n questions</source>
        <translation>
            <numerusform>{hits} of %n question</numerusform>
            <numerusform>{hits} of %n questions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answers</source>
        <translation>
            <numerusform>%n answer</numerusform>
            <numerusform>%n answers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Forget %n</source>
        <translation>
            <numerusform>Forget %n</numerusform>
            <numerusform>Forget %n</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n questions that were declined lately were not sent again.</source>
        <translation>
            <numerusform>%n question that was declined lately was not sent again.</numerusform>
            <numerusform>%n questions that were declined lately were not sent again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n old answers were asked for again behind.</source>
        <translation>
            <numerusform>%n old answer was asked for again behind.</numerusform>
            <numerusform>%n old answers were asked for again behind.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be had anew and stay as they are.</source>
        <translation>
            <numerusform>%n could not be had anew and stays as it is.</numerusform>
            <numerusform>%n could not be had anew and stay as they are.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Forget all %n stored answers? This cannot be taken back. Your maps, texts, notes and pictures stay, and so does what stands in for Gemini while offline.</source>
        <translation>
            <numerusform>Forget the %n stored answer? This cannot be taken back. Your maps, texts, notes and pictures stay, and so does what stands in for Gemini while offline.</numerusform>
            <numerusform>Forget all %n stored answers? This cannot be taken back. Your maps, texts, notes and pictures stay, and so does what stands in for Gemini while offline.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message numerus="yes">
        <source>%n not explained yet</source>
        <translation>
            <numerusform>%n not explained yet</numerusform>
            <numerusform>%n not explained yet</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DiagnosisDialog</name>
    <message numerus="yes">
        <source>%n checks failed.</source>
        <translation>
            <numerusform>%n check failed.</numerusform>
            <numerusform>%n checks failed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EraseDialog</name>
    <message numerus="yes">
        <source>%n maps</source>
        <translation>
            <numerusform>%n map</numerusform>
            <numerusform>%n maps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n topics</source>
        <translation>
            <numerusform>%n topic</numerusform>
            <numerusform>%n topics</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n explanations</source>
        <translation>
            <numerusform>%n explanation</numerusform>
            <numerusform>%n explanations</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n notes of yours</source>
        <translation>
            <numerusform>%n note of yours</numerusform>
            <numerusform>%n notes of yours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pictures</source>
        <translation>
            <numerusform>%n picture</numerusform>
            <numerusform>%n pictures</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExchangeController</name>
    <message numerus="yes">
        <source>{title} is in the library: %n topic(s).</source>
        <translation>
            <numerusform>{title} is in the library: %n topic.</numerusform>
            <numerusform>{title} is in the library: %n topics.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportPictureController</name>
    <message numerus="yes">
        <source>%n page(s) sent to the printer.</source>
        <translation>
            <numerusform>%n page sent to the printer.</numerusform>
            <numerusform>%n pages sent to the printer.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n found</numerusform>
            <numerusform>%n found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>JobsController</name>
    <message numerus="yes">
        <source>%n topics wait for {time}</source>
        <translation>
            <numerusform>%n topic waits for {time}</numerusform>
            <numerusform>%n topics wait for {time}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>‘{title}’ runs in the background: %n topics.</source>
        <translation>
            <numerusform>‘{title}’ runs in the background: %n topic.</numerusform>
            <numerusform>‘{title}’ runs in the background: %n topics.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n batches go on where they were interrupted: {titles}.</source>
        <translation>
            <numerusform>%n batch goes on where it was interrupted: {titles}.</numerusform>
            <numerusform>%n batches go on where they were interrupted: {titles}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n batches were interrupted and wait for a key: {titles}.</source>
        <translation>
            <numerusform>%n batch was interrupted and waits for a key: {titles}.</numerusform>
            <numerusform>%n batches were interrupted and wait for a key: {titles}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LayerCard</name>
    <message numerus="yes">
        <source>%n answers</source>
        <translation>
            <numerusform>%n answer</numerusform>
            <numerusform>%n answers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>found here %n times</source>
        <translation>
            <numerusform>found here %n time</numerusform>
            <numerusform>found here %n times</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryCard</name>
    <message numerus="yes">
        <source>%n topics</source>
        <translation>
            <numerusform>%n topic</numerusform>
            <numerusform>%n topics</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryController</name>
    <message numerus="yes">
        <source>%n maps deleted for good.</source>
        <translation>
            <numerusform>%n map deleted for good.</numerusform>
            <numerusform>%n maps deleted for good.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryPage</name>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n found</numerusform>
            <numerusform>%n found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MapNews</name>
    <message numerus="yes">
        <source>%n new topics of {title}, partly outside the view.</source>
        <translation>
            <numerusform>%n new topic of {title}, outside the view.</numerusform>
            <numerusform>%n new topics of {title}, partly outside the view.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Removed %n topics.</source>
        <translation>
            <numerusform>Removed %n topic.</numerusform>
            <numerusform>Removed %n topics.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source> with %n subtopics</source>
        <translation>
            <numerusform> with %n subtopic</numerusform>
            <numerusform> with %n subtopics</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OfflineBadge</name>
    <message numerus="yes">
        <source>Offline, %n waiting</source>
        <translation>
            <numerusform>Offline, %n waiting</numerusform>
            <numerusform>Offline, %n waiting</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OriginController</name>
    <message numerus="yes">
        <source>%n models are offered to your key.</source>
        <translation>
            <numerusform>%n model is offered to your key.</numerusform>
            <numerusform>%n models are offered to your key.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n parts are made again, behind everything else.</source>
        <translation>
            <numerusform>%n part is made again, behind everything else.</numerusform>
            <numerusform>%n parts are made again, behind everything else.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Prices</name>
    <message numerus="yes">
        <source>%n requests</source>
        <translation>
            <numerusform>%n request</numerusform>
            <numerusform>%n requests</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ShelfList</name>
    <message numerus="yes">
        <source>%n maps</source>
        <translation>
            <numerusform>%n map</numerusform>
            <numerusform>%n maps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n topics</source>
        <translation>
            <numerusform>%n topic</numerusform>
            <numerusform>%n topics</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SkyController</name>
    <message numerus="yes">
        <source>Linked with %n articles</source>
        <translation>
            <numerusform>Linked with %n article</numerusform>
            <numerusform>Linked with %n articles</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SkyPage</name>
    <message numerus="yes">
        <source>%n explored</source>
        <translation>
            <numerusform>%n explored</numerusform>
            <numerusform>%n explored</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more in maps</source>
        <translation>
            <numerusform>%n more in maps</numerusform>
            <numerusform>%n more in maps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StaleView</name>
    <message numerus="yes">
        <source>%n texts</source>
        <translation>
            <numerusform>%n text</numerusform>
            <numerusform>%n texts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n topics</source>
        <translation>
            <numerusform>%n topic</numerusform>
            <numerusform>%n topics</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pictures</source>
        <translation>
            <numerusform>%n picture</numerusform>
            <numerusform>%n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message numerus="yes">
        <source>%n topics</source>
        <translation>
            <numerusform>%n topic</numerusform>
            <numerusform>%n topics</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnsavedDialog</name>
    <message numerus="yes">
        <source>%n changes of {titles} are only in memory and would be lost.</source>
        <translation>
            <numerusform>%n change of {titles} is only in memory and would be lost.</numerusform>
            <numerusform>%n changes of {titles} are only in memory and would be lost.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Ago</name>
    <message numerus="yes">
        <source>%n days ago</source>
        <translation>
            <numerusform>%n day ago</numerusform>
            <numerusform>%n days ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hours ago</source>
        <translation>
            <numerusform>%n hour ago</numerusform>
            <numerusform>%n hours ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minutes ago</source>
        <translation>
            <numerusform>%n minute ago</numerusform>
            <numerusform>%n minutes ago</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GraphCanvas</name>
    <message numerus="yes">
        <source>%n topics</source>
        <translation>
            <numerusform>%n topic</numerusform>
            <numerusform>%n topics</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>folded, %n hidden</source>
        <translation>
            <numerusform>folded, %n hidden</numerusform>
            <numerusform>folded, %n hidden</numerusform>
        </translation>
    </message>
</context>
</TS>

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
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
    <name>Desk</name>
    <message numerus="yes">
        <source> with %n subtopics</source>
        <translation>
            <numerusform> with %n subtopic</numerusform>
            <numerusform> with %n subtopics</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n new topics of {title}, partly outside the view.</source>
        <translation>
            <numerusform>%n new topic of {title}, outside the view.</numerusform>
            <numerusform>%n new topics of {title}, partly outside the view.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExplanationBadges</name>
    <message numerus="yes">
        <source>%n unchecked claims</source>
        <translation>
            <numerusform>%n unchecked claim</numerusform>
            <numerusform>%n unchecked claims</numerusform>
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
    <name>LibraryPage</name>
    <message numerus="yes">
        <source>%n topics</source>
        <translation>
            <numerusform>%n topic</numerusform>
            <numerusform>%n topics</numerusform>
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
    <name>StatusBar</name>
    <message numerus="yes">
        <source>%n topics</source>
        <translation>
            <numerusform>%n topic</numerusform>
            <numerusform>%n topics</numerusform>
        </translation>
    </message>
</context>
</TS>

"""The looks of the stand-alone page: the colours and measures of the program, light and dark."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--canvas:#f3f5f7;--dot:#d6dce2;--window:#fff;--raised:#fff;--well:#f3f5f7;
--hover:#e3e8ec;--line:#dce2e7;--strong:#c2cbd3;--control:#7f8b97;--text:#14191f;--second:#434f5a;--third:#5b6773;
--accent:#3a45c4;--accenttext:#333db5;--subtle:#e7e9fb;--match:#ffe08a;--current:#ffc02e;--ring:#a86400;
--root:#262070;--rooton:#fff;--d0:#262070;--d1:#295ca9;--d2:#0e9282;--d3:#9d850b;--d4:#7b2973;--d5:#be3b0e;
--ui:Inter,"Noto Sans","Segoe UI Variable","Segoe UI",system-ui,sans-serif;
--book:Literata,"Noto Serif",Georgia,serif}
@media (prefers-color-scheme:dark){:root{--canvas:#0f1317;--dot:#252c33;--window:#161b20;--raised:#1e252b;
--well:#11161a;--hover:#232b32;--line:#283038;--strong:#3a444e;--control:#6b7885;--text:#e9edf0;--second:#b3bdc6;
--third:#8e9aa5;--accent:#98a3ff;--accenttext:#aeb7ff;--subtle:#23294d;--match:#6b5310;--current:#ffc02e;
--ring:#ffc02e;--root:#2b2e55;--rooton:#e9edf0;--d0:#d8dbf4;--d1:#618ae0;--d2:#73d4bf;--d3:#f0cb3d;--d4:#c867ad;
--d5:#fe9d63}}
*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{font:450 13px/20px var(--ui);color:var(--text);background:var(--canvas);display:flex;flex-direction:column}
h1,h2,h3,h4,h5,h6,p,ul,ol{margin:0}
.bar{display:flex;align-items:center;gap:16px;min-height:52px;padding:8px 16px 8px 24px;background:var(--window);
border-bottom:1px solid var(--line);flex:none}
.bar h1{font:600 16px/24px var(--ui);letter-spacing:-.01em;flex:1 1 0;min-width:0;overflow:hidden;
text-overflow:ellipsis;white-space:nowrap}
.find{display:flex;align-items:center;gap:8px}
.find output{color:var(--third);font-size:12px;min-width:56px;font-variant-numeric:tabular-nums}
input,button{font:inherit;color:inherit}
input{width:240px;height:32px;padding:0 12px;border:1px solid var(--control);border-radius:7px;
background:var(--well)}
input::placeholder{color:var(--third)}
button{height:32px;padding:0 12px;border:1px solid var(--strong);border-radius:7px;background:var(--raised);
cursor:pointer;white-space:nowrap}
button:hover{background:var(--hover)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
html:not(.js) .find,html:not(.js) .tools{display:none}
.tools{display:flex;gap:8px}
main{flex:1 1 auto;display:flex;min-height:0}
#map{position:relative;flex:1 1 auto;overflow:auto;min-width:0;
background:radial-gradient(circle at 1px 1px,var(--dot) 1px,transparent 1.2px) 0 0/24px 24px local}
#edges{position:absolute;left:0;top:0;pointer-events:none;overflow:visible}
#edges path{opacity:.62}
#edges path.on{opacity:1}
.e1{fill:var(--d1)}.e2{fill:var(--d2)}.e3{fill:var(--d3)}.e4{fill:var(--d4)}.e5{fill:var(--d5)}
ul{list-style:none;padding:0}
#tree{position:relative;display:inline-flex;min-width:100%;min-height:100%;align-items:center;padding:32px 40px}
#tree li{display:flex;align-items:center;outline:none}
#tree ul{display:flex;flex-direction:column;gap:8px;padding-left:64px}
#tree li[aria-expanded=false]>ul{display:none}
.row{display:flex;align-items:center;gap:6px;flex:none;position:relative;padding:1px 0}
.node{display:inline-block;max-width:232px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;cursor:pointer;
background:var(--raised);border:1px solid var(--strong);border-radius:18px;padding:3px 12px 3px 26px;
font:450 13px/20px var(--ui);position:relative}
.node::before{content:"";position:absolute;left:10px;top:50%;width:9px;height:9px;margin-top:-4.5px;
border-radius:50%;border:2px solid var(--c);box-sizing:border-box}
.told>.row>.node::before{background:var(--c)}
.d0{--c:var(--d0)}.d1{--c:var(--d1)}.d2{--c:var(--d2)}.d3{--c:var(--d3)}.d4{--c:var(--d4)}.d5{--c:var(--d5)}
.d0>.row>.node{max-width:260px;background:var(--root);color:var(--rooton);border-color:var(--root);
padding:11px 22px;border-radius:24px;font:600 16px/24px var(--ui);letter-spacing:-.01em}
@media (prefers-color-scheme:dark){.d0>.row>.node{border-color:var(--d0)}}
.d0>.row>.node::before{display:none}
.d1>.row>.node{font:550 14px/20px var(--ui);padding:7px 14px 7px 30px}
.d1>.row>.node::before{left:12px;width:11px;height:11px;margin-top:-5.5px}
.node:hover{border-color:var(--control)}
li[aria-selected=true]>.row>.node{border-color:var(--accent);box-shadow:0 0 0 1px var(--accent),
0 0 0 5px var(--subtle)}
li:focus-visible>.row>.node{outline:2px solid var(--accent);outline-offset:3px}
.hit>.row>.node{border-color:var(--ring);box-shadow:0 0 0 1px var(--ring)}
.name>.row>.node>bdi{background:var(--match);border-radius:3px}
.now>.row>.node{border-color:var(--current)}
.name.now>.row>.node>bdi{background:var(--current);color:#14191f}
.d0.name>.row>.node>bdi{color:var(--text)}
.fold{min-width:24px;height:24px;padding:0 6px;border-radius:12px;border:1px solid var(--strong);
background:var(--raised);color:var(--second);font:500 11px/22px var(--ui);font-variant-numeric:tabular-nums;
text-align:center;cursor:pointer;user-select:none}
.fold:hover{background:var(--hover)}
[aria-expanded=true]>.row>.fold>b{display:none}
[aria-expanded=true]>.row>.fold::after{content:"\\2212"}
.fold b{font-weight:500}
html:not(.js) .fold{display:none}
#read{flex:none;width:440px;overflow:auto;background:var(--window);border-left:1px solid var(--line);
padding:24px 32px 48px}
html:not(.js) #read{width:50%}
.js article{display:none}
.js article.on{display:block}
article{overflow-wrap:anywhere}
article+article{margin-top:40px}
article>h2{font:600 20px/28px var(--ui);letter-spacing:-.015em;margin:4px 0 8px}
article>h2:focus{outline:none}
.path{color:var(--third);font-size:12px;line-height:16px}
.summary{color:var(--second);margin-bottom:16px}
.text{font:400 15px/24px var(--book);max-width:68ch}
.text>*+*{margin-top:12px}
.text h3,.text h4,.text h5,.text h6{font:600 17px/24px var(--book);margin-top:20px}
.text ul{list-style:disc;padding-left:24px}.text ol{padding-left:24px}
.text pre{overflow:auto;background:var(--well);border-radius:7px;padding:12px}
.text code{font:450 13px/20px "JetBrains Mono","Noto Sans Mono",monospace}
.text blockquote{margin:12px 0;padding-left:16px;border-left:3px solid var(--strong);color:var(--second)}
.text math{font-size:1.05em}.text math[display=block]{margin:12px 0}
.text table{border-collapse:collapse;display:block;overflow:auto}
.text th,.text td{border:1px solid var(--line);padding:4px 8px;text-align:start}
.kind{display:flex;flex-wrap:wrap;gap:4px 12px;margin:24px 0 8px;padding-top:16px;border-top:1px solid var(--line);
color:var(--third);font-size:12px;line-height:16px}
.kind b{font-weight:600;color:var(--second)}
.origin{color:var(--third);font-size:12px;line-height:16px;margin-top:12px}
h3.label{font:600 12px/16px var(--ui);color:var(--second);margin:24px 0 8px}
.sources{padding-left:20px}
.sources li+li{margin-top:4px}
.licence{color:var(--third);font-size:11px;margin-left:4px;white-space:nowrap}
a{color:var(--accenttext);text-decoration-thickness:1px;text-underline-offset:2px}
.also{display:flex;flex-wrap:wrap;gap:8px}
.also button{max-width:100%;height:auto;min-height:28px;padding:3px 12px;border-radius:16px;white-space:normal;
text-align:start}
.also i{font-style:normal;color:var(--third)}
figure{margin:16px 0}
figure img{display:block;max-width:100%;height:auto;border-radius:10px}
figcaption{color:var(--third);font-size:12px;margin-top:4px}
#back{display:none;margin-bottom:12px}
.hint{color:var(--third);font-size:12px;line-height:18px;margin-top:32px;padding-top:16px;
border-top:1px solid var(--line)}
kbd{font:500 11px/16px var(--ui);border:1px solid var(--strong);border-radius:3px;padding:0 4px;
background:var(--well)}
@media (max-width:820px){
.bar{flex-wrap:wrap;gap:8px;padding:8px 16px}.bar h1{flex-basis:100%}.find{flex:1 1 auto}
input{width:auto;flex:1 1 0;min-width:0}.find output{min-width:0}.find output:empty{display:none}
button{padding:0 10px}
#tree{display:block;padding:16px;min-width:0}
#edges{display:none}
#tree li{display:block}
#tree ul{padding-left:15px;margin-left:11px;border-left:1px solid var(--line);gap:4px;padding-top:4px}
.row{width:100%}
.node,.d0>.row>.node{max-width:none;white-space:normal}
.d0>.row>.node{border-radius:18px}
.js #read{display:none}
.js.reading #read{display:block;position:fixed;inset:0;width:auto;border:0;padding:16px 20px 48px;z-index:2}
.js.reading #back{display:block}
html:not(.js) main{display:block;overflow:auto}html:not(.js) #read{width:auto}
.hint{display:none}}
@media print{body,main{display:block;height:auto}#map,.find,.tools,.hint,#back{display:none!important}
#read,.js #read{display:block;width:auto;border:0;padding:0}.js article{display:block}}
@media (prefers-reduced-motion:no-preference){#map{scroll-behavior:smooth}}
"""

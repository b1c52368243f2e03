"""What the stand-alone page does: folding, keys, search, edges. It reads only what is in the page itself."""

from __future__ import annotations

SCRIPT = """
(function () {
'use strict';
var root = document.documentElement, $ = function (id) { return document.getElementById(id); };
root.classList.add('js');
var tree = $('tree'), map = $('map'), edges = $('edges'), read = $('read'), box = $('q'), told = $('n');
var items = Array.prototype.slice.call(tree.querySelectorAll('li'));
var current = items[0], hits = [], at = -1, waiting = false;
if (!current) { return; }
function parent(li) { return li.parentNode.closest('li'); }
function kids(li) {
  var ul = li.lastElementChild;
  return ul && ul.tagName === 'UL' ? [].slice.call(ul.children) : [];
}
function row(li) { return li.firstElementChild; }
function isOpen(li) { return li.getAttribute('aria-expanded') === 'true'; }
function fold(li, open) {
  if (li.hasAttribute('aria-expanded')) { li.setAttribute('aria-expanded', open ? 'true' : 'false'); }
}
function article(li) { return $('a' + li.id.slice(1)); }
function shown() {
  var out = [], stack = [items[0]], li, below, i;
  while (stack.length) {
    li = stack.pop(); out.push(li);
    if (isOpen(li)) { below = kids(li); for (i = below.length - 1; i >= 0; i--) { stack.push(below[i]); } }
  }
  return out;
}
var WIDTHS = [[6, 2.2], [3.4, 1.6], [2.4, 1.3], [1.8, 1.1]];
function draw() {
  waiting = false;
  var base = tree.getBoundingClientRect(), on = new Set(), li, out = document.createDocumentFragment();
  for (li = current; li; li = parent(li)) { on.add(li); }
  edges.setAttribute('width', tree.offsetWidth); edges.setAttribute('height', tree.offsetHeight);
  if (getComputedStyle(edges).display !== 'none') {
    shown().forEach(function (from) {
      if (!isOpen(from)) { return; }
      var depth = Number(from.getAttribute('aria-level')) - 1, w = WIDTHS[Math.min(depth, 3)];
      var a = row(from).getBoundingClientRect(), x1 = a.right - base.left, y1 = a.top + a.height / 2 - base.top;
      kids(from).forEach(function (to) {
        var b = row(to).getBoundingClientRect(), x2 = b.left - base.left, y2 = b.top + b.height / 2 - base.top;
        var m = (x1 + x2) / 2, p = document.createElementNS('http://www.w3.org/2000/svg', 'path');
        var h = w[0] / 2, t = w[1] / 2, s = Math.max(-1, Math.min(1, (y2 - y1) / (x2 - x1 || 1))) * (h + t) / 2;
        var m1 = m + s, m2 = m - s;
        p.setAttribute('d', 'M' + x1 + ' ' + (y1 - h) + 'C' + m1 + ' ' + (y1 - h) + ' ' + m1 + ' ' + (y2 - t) +
          ' ' + x2 + ' ' + (y2 - t) + 'V' + (y2 + t) + 'C' + m2 + ' ' + (y2 + t) + ' ' + m2 + ' ' + (y1 + h) +
          ' ' + x1 + ' ' + (y1 + h) + 'Z');
        p.setAttribute('class', 'e' + (depth % 5 + 1) + (on.has(to) ? ' on' : ''));
        out.appendChild(p);
      });
    });
  }
  edges.replaceChildren(out);
}
function redraw() { if (!waiting) { waiting = true; requestAnimationFrame(draw); } }
function into(li) {
  var a = row(li).getBoundingClientRect(), b = map.getBoundingClientRect(), dx = 0, dy = 0;
  if (a.left < b.left + 24 || a.width > b.width) { dx = a.left - b.left - 24; }
  else if (a.right > b.right - 24) { dx = a.right - b.right + 24; }
  if (a.top < b.top + 24) { dy = a.top - b.top - 24; }
  else if (a.bottom > b.bottom - 24) { dy = a.bottom - b.bottom + 24; }
  if (dx || dy) { map.scrollBy(dx, dy); }
}
function choose(li, focus) {
  var up;
  for (up = parent(li); up; up = parent(up)) { fold(up, true); }
  current.setAttribute('aria-selected', 'false'); current.tabIndex = -1; article(current).classList.remove('on');
  current = li;
  li.setAttribute('aria-selected', 'true'); li.tabIndex = 0; article(li).classList.add('on'); read.scrollTop = 0;
  if (focus) { li.focus({preventScroll: true}); }
  into(li); redraw();
}
function reading(on) {
  root.classList.toggle('reading', on);
  if (on) { article(current).querySelector('h2').focus(); }
  else { current.focus({preventScroll: true}); into(current); }
}
function all(open) {
  var top = current;
  items.forEach(function (li) { fold(li, open || li === items[0]); });
  while (!open && parent(top) && parent(top) !== items[0]) { top = parent(top); }
  choose(top, false);
}
function plain(text) { return text.normalize('NFKD').replace(/\\p{M}/gu, '').toLowerCase(); }
var words = null;
function search() {
  var q = plain(box.value.trim());
  items.forEach(function (li) { li.classList.remove('hit', 'now', 'name'); });
  hits = []; at = -1; told.textContent = '';
  if (!q) { return; }
  if (!words) {
    words = items.map(function (li) { return plain(article(li).textContent); });
  }
  hits = items.filter(function (li, i) { return words[i].indexOf(q) >= 0; });
  hits.forEach(function (li) {
    li.classList.add('hit');
    li.classList.toggle('name', plain(row(li).textContent).indexOf(q) >= 0);
  });
  if (hits.length) { step(1); } else { told.textContent = 'None'; }
}
function step(by) {
  if (!hits.length) { return; }
  if (at >= 0) { hits[at].classList.remove('now'); }
  at = (at + by + hits.length) % hits.length;
  hits[at].classList.add('now');
  told.textContent = (at + 1) + ' of ' + hits.length;
  choose(hits[at], false);
}
function key(e) {
  if (e.ctrlKey || e.metaKey || e.altKey) { return; }
  var list, i, to = null;
  switch (e.key) {
  case 'ArrowDown': case 'ArrowUp':
    list = shown(); i = list.indexOf(current) + (e.key === 'ArrowDown' ? 1 : -1); to = list[i] || current; break;
  case 'ArrowRight': if (!kids(current).length) { to = current; }
    else if (isOpen(current)) { to = kids(current)[0]; }
    else { fold(current, true); to = current; } break;
  case 'ArrowLeft': if (isOpen(current) && current !== items[0]) { fold(current, false); to = current; }
    else { to = parent(current) || current; } break;
  case 'Home': to = items[0]; break;
  case 'End': list = shown(); to = list[list.length - 1]; break;
  case '*': all(true); to = current; break;
  case ' ': fold(current, !isOpen(current)); to = current; break;
  case 'Enter': e.preventDefault(); reading(true); return;
  default: return;
  }
  e.preventDefault(); choose(to, true);
}
tree.addEventListener('keydown', key);
tree.addEventListener('click', function (e) {
  var li = e.target.closest('li');
  if (!li || !e.target.closest('.row')) { return; }
  if (e.target.closest('.fold')) { fold(li, !isOpen(li)); choose(li, true); return; }
  choose(li, true);
  if (getComputedStyle(read).display === 'none') { reading(true); }
});
read.addEventListener('click', function (e) {
  var b = e.target.closest('button[data-to]');
  if (b) { choose($(b.dataset.to), false); reading(true); }
});
document.addEventListener('keydown', function (e) {
  if (e.key === '/' && document.activeElement !== box) { e.preventDefault(); box.focus(); box.select(); }
  if (e.key === 'Escape') {
    if (document.activeElement === box && box.value) { box.value = ''; search(); } else { reading(false); }
  }
});
box.addEventListener('input', search);
box.addEventListener('keydown', function (e) {
  if (e.key === 'Enter') { e.preventDefault(); step(e.shiftKey ? -1 : 1); }
  if (e.key === 'ArrowDown') { e.preventDefault(); current.focus(); }
});
$('all').addEventListener('click', function () { all(true); });
$('none').addEventListener('click', function () { all(false); });
$('back').addEventListener('click', function () { reading(false); });
var grip = null;
map.addEventListener('pointerdown', function (e) {
  if (e.pointerType === 'mouse' && e.button === 0 && !e.target.closest('.row')) {
    grip = [e.clientX + map.scrollLeft, e.clientY + map.scrollTop]; e.preventDefault();
  }
});
addEventListener('pointermove', function (e) { if (grip) { map.scrollTo({left: grip[0] - e.clientX,
  top: grip[1] - e.clientY, behavior: 'instant'}); } });
addEventListener('pointerup', function () { grip = null; });
addEventListener('resize', redraw);
if (document.fonts && document.fonts.ready) { document.fonts.ready.then(redraw); }
choose(current, false);
map.scrollTo({left: 0, behavior: 'instant',
  top: getComputedStyle(edges).display === 'none' ? 0 : Math.max(0, (map.scrollHeight - map.clientHeight) / 2)});
})();
"""

#!/usr/bin/env python3
"""Looks at the pictures of `egressctl graph -o svg` in a real browser.

usage: graph_browser_test.py EGRESSCTL TESTDATA SCREENSHOTS

Draws sets of few and of many hosts, in light and in dark colours, and measures what the browser makes
of them: text stays inside of the picture and of its node, no two texts lie on one another, no edge runs
behind a node, and all text can be told from its ground (WCAG 2.1: contrast of 4.5). A screenshot of each
goes to the folder SCREENSHOTS, for people to look at. Exit code 77 (skipped) without Chromium.
"""
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync',
         '--hide-scrollbars']
# Blink's numbers of the colour schemes that a page may ask for.
SCHEMES = {'dark': 0, 'light': 1}

# Runs in the page; its findings become the page's only text.
MEASURE = r'''
const svg = document.querySelector('svg'), found = [];
const say = (what, ...of) => found.push(what + ': ' + of.map(e => e.textContent ?? e).join(' | '));
const box = e => e.getBoundingClientRect();
const inside = (a, b, slack) => a.left >= b.left - slack && a.right <= b.right + slack &&
                                a.top >= b.top - slack && a.bottom <= b.bottom + slack;
const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
                          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
const light = colour => {
  const parts = colour.match(/[\d.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
};
const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
const texts = [...svg.querySelectorAll('text')], nodes = [...svg.querySelectorAll('rect.node')];
const page = getComputedStyle(svg).backgroundColor;
for (const text of texts) {
  if (!inside(box(text), box(svg), 0)) say('outside of the picture', text);
  const middle = {x: (box(text).left + box(text).right) / 2, y: (box(text).top + box(text).bottom) / 2};
  const node = nodes.find(n => middle.x > box(n).left && middle.x < box(n).right &&
                               middle.y > box(n).top && middle.y < box(n).bottom);
  if (node && !inside(box(text), box(node), 0)) say('wider than its node', text);
  const style = getComputedStyle(text);
  const ground = node ? getComputedStyle(node).fill : page;
  if (contrast(style.fill, ground) < 4.5) say('hard to read', text, style.fill + ' on ' + ground);
}
texts.forEach((a, i) => texts.slice(i + 1).forEach(b => {
  if (overlap(box(a), box(b))) say('one text over another', a, b);
}));
const origin = box(svg);
for (const edge of svg.querySelectorAll('path.edge')) {
  const length = edge.getTotalLength();
  for (let at = 4; at < length - 4; at += 3) {
    const point = edge.getPointAtLength(at), x = point.x + origin.left, y = point.y + origin.top;
    const node = nodes.find(n => x > box(n).left + 2 && x < box(n).right - 2 &&
                                 y > box(n).top + 2 && y < box(n).bottom - 2);
    if (node) { say('an edge behind a node', edge.getAttribute('d')); break; }
  }
}
document.title = '';
document.body.textContent = JSON.stringify({
  found, page, nodes: nodes.length, texts: texts.length,
  broken: svg.querySelectorAll('path.edge.bad').length,
});
'''

SIXTY = '''apiVersion: egressctl/v1
kind: Egress
metadata: {{name: sixty}}
spec:
  clients: [{{namespace: default}}, {{namespace: batch}}]
  destinations:
{}'''


def chromium():
    return os.environ.get('CHROMIUM') or shutil.which('chromium')


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def pictures(program, testdata):
    """Names, the SVGs, and how many hosts and broken edges each must show at least."""
    draw = lambda manifests: run(program, 'graph', '-o', 'svg', '-', text=manifests)
    sets = testdata / 'topology'
    read = lambda name: (sets / name / 'manifests.yaml').read_text()
    sixty = SIXTY.format(''.join(
        f'  - {{name: h{i}, hosts: [api{i}.partner{i % 7}.example], via: '
        f'{"gateway" if i % 3 else "direct"}}}\n' for i in range(60)))
    yield 'three', draw(read('three-modes-one-gateway')), 5, 0
    yield 'broken', draw(read('shared-gateway-two-hosts')), 2, 1
    yield 'all-modes', draw(run(program, 'generate', str(testdata / 'specs/all-modes.yaml'))), 8, 1
    yield 'sixty', draw(run(program, 'generate', '-', text=sixty)), 2, 1


def browse(*flags):
    with tempfile.TemporaryDirectory() as profile:
        return run(chromium(), *FLAGS, f'--user-data-dir={profile}', *flags)


def size_of(png):
    head = pathlib.Path(png).read_bytes()[:24]
    assert head.startswith(b'\x89PNG'), f'{png} is no PNG'
    return struct.unpack('>II', head[16:24])


def look(name, scheme, svg, hosts, broken, folder):
    """What is wrong with a picture, as sentences."""
    size = tuple(int(n) for n in re.search(r'width="(\d+)" height="(\d+)"', svg).groups())
    colours = f'--blink-settings=preferredColorScheme={SCHEMES[scheme]}'
    page = folder / f'{name}-{scheme}.html'
    page.write_text(f'<!doctype html><meta charset="utf-8"><style>body{{margin:0}}</style>'
                    f'<body>{svg}<script>{MEASURE}</script></body>')
    window = f'--window-size={size[0]},{size[1] + 200}'
    text = re.search(r'<body>(.*)</body>', browse(colours, window, '--dump-dom', page.as_uri()), re.S)
    page.unlink()
    seen = json.loads(text.group(1).replace('&lt;', '<').replace('&gt;', '>').replace('&amp;', '&'))
    problems = list(seen['found'])
    picture = folder / f'{name}.svg'
    picture.write_text(svg)
    shot = folder / f'{name}-{scheme}.png'
    browse(colours, f'--window-size={size[0]},{size[1]}', f'--screenshot={shot}', picture.as_uri())
    if size_of(shot) != size:
        problems.append(f'the screenshot is {size_of(shot)} in size, the picture {size}')
    if (seen['page'] == 'rgb(255, 255, 255)') != (scheme == 'light'):
        problems.append(f'the ground is {seen["page"]}')
    if seen['nodes'] < hosts + 2:
        problems.append(f'{seen["nodes"]} nodes, expected {hosts + 2} or more')
    if (seen['broken'] > 0) != (broken > 0):
        problems.append(f'{seen["broken"]} broken edges')
    return problems


def main():
    program, testdata, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if not chromium():
        print('skipped: Chromium is not installed')
        return 77
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name, svg, hosts, broken in pictures(program, testdata):
        for scheme in SCHEMES:
            problems = look(name, scheme, svg, hosts, broken, folder.resolve())
            failed += bool(problems)
            print(f'{name}, {scheme}: {"; ".join(problems) or "ok"}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

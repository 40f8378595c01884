// The check must refuse what it is for: each page here has one defect, made on the fly.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {check, openBrowser} from './check.mjs';

const AXIS = '<line class="axis" x1="20" x2="190" y1="90" y2="90"/>';
const LEGEND = '<path class="line legend" d="M20 10H40"/>';
const LINE = '<path class="line" d="M20 80L100 30L190 60"/>';
const LABEL = '<text x="100" y="30">exp</text>';

const chart = (content) =>
  `<svg viewBox="0 0 200 100" width="200" height="100" role="img" aria-label="curve">${content}</svg>`;

const page = (body, head = '') => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta name="color-scheme" content="light dark"><title>page</title>
<style>svg { max-width: 100% } .line { fill: none; stroke: teal } .axis { stroke: grey }</style>${head}</head>
<body>${body}</body></html>`;

const GOOD = chart(AXIS + LEGEND + LINE + LABEL);

const DEFECTS = [
  ['a console error', page(`${GOOD}<script>console.error('broken')</script>`), /console error: broken/],
  ['an uncaught error', page(`${GOOD}<script>throw new Error('lost')</script>`), /uncaught error: lost/],
  ['a request to outside', page(GOOD, '<link rel="stylesheet" href="https://example.invalid/a.css">'), /example\.invalid.*self-contained/],
  ['a request for a neighbour', page(`${GOOD}<script src="chart.js"></script>`), /chart\.js.*self-contained/],
  ['a chart of axes alone', page(GOOD + chart(AXIS + LABEL)), /"curve" is empty/],
  ['a chart of a legend alone', page(GOOD + chart(AXIS + LEGEND + LABEL)), /"curve" is empty/],
  ['a chart without its own marks', page(GOOD + chart(AXIS + LINE).replace('<svg', '<svg class="chart"')), /"curve" is empty/],
  ['a line of no points', page(GOOD + chart(AXIS + '<path class="line" d=""/>')), /"curve" is empty/],
  ['a line of not-a-number', page(chart(AXIS + '<path class="line" d="MNaN NaNLNaN NaN"/>')), /"curve" is empty/],
  ['a line without colour', page(chart(AXIS + '<path fill="none" d="M20 80L100 30"/>')), /"curve" is empty/],
  ['a hidden line', page(chart(`${AXIS}<g visibility="hidden">${LINE}</g>`)), /"curve" is empty/],
  ['a chart without size', page(`${GOOD}<svg role="img" aria-label="flat" width="0" height="0">${LINE}</svg>`), /"flat" has no size/],
  ['a mark beyond the edge', page(chart(`${LINE}<rect x="150" y="20" width="90" height="9"/>`)), /1 of its 2 marks beyond/],
  ['text beyond the edge', page(chart(`${LINE}<text x="180" y="30">too long a label</text>`)), /"too long a label" lies outside/],
  ['text above the edge', page(chart(`${LINE}<text x="100" y="-12">high</text>`)), /"high" lies outside/],
  ['no chart', page('<p>nothing was measured</p>'), /there is no chart/],
  ['an image that is none', page(`${GOOD}<img alt="photo" src="data:image/png;base64,AAAA">`), /"photo" has no size/],
  ['600 pixels of content', page(`${GOOD}<div style="width: 600px">wide</div>`), /^400 pixels.*content is 6\d\d pixels wide.*<div> "wide"/],
  ['a page that stays light', page(GOOD, '<style>body { background: white }</style>'), /dark: the background does not follow/],
];

let browser;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lanewise-pages-'));
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  rmSync(folder, {recursive: true, force: true});
});

const checked = (html) => {
  const file = join(folder, 'index.html');
  writeFileSync(file, html);
  return check(browser, file);
};

test('a good page passes, and is counted', async () => {
  const {total, problems} = await checked(page(GOOD + GOOD));
  assert.deepEqual(problems, []);
  assert.deepEqual(total, {views: 4, charts: 8, marks: 8, texts: 8, images: 0});
});

test('a wide table that scrolls in itself passes', async () => {
  const wide = '<div style="overflow-x: auto"><div style="width: 600px">wide</div></div>';
  assert.deepEqual((await checked(page(GOOD + wide))).problems, []);
});

test('what a chart marks is data', async () => {
  const marked = chart(`${AXIS}<path class="mark line" d="M20 80L190 50"/>`).replace('<svg', '<svg class="chart"');
  assert.deepEqual((await checked(page(marked))).problems, []);
});

test('a flat line is data', async () => {
  const flat = chart(`${AXIS}<path class="line" d="M20 50L190 50"/>`);
  assert.deepEqual((await checked(page(flat))).problems, []);
});

for (const [name, html, expected] of DEFECTS) {
  test(`${name} is refused`, async () => {
    const {problems} = await checked(html);
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `none of these is ${expected}:\n${problems.join('\n')}`,
    );
  });
}

test('a page that is not there is refused', async () => {
  const {problems} = await check(browser, join(folder, 'missing.html'));
  assert.match(problems[0], /cannot be opened|failed request/);
});

#!/usr/bin/env node
// Opens pages in headless Chromium, in a narrow and a wide window, light and dark, and judges what is seen there:
//   node check.mjs PAGE...
// One line per problem; ends with 0 only if there is none.
import {accessSync, constants} from 'node:fs';
import {delimiter, join, resolve} from 'node:path';
import {argv, env, exit} from 'node:process';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';
import {inspect} from './inspect.mjs';

const WIDTHS = [400, 1280];
const SCHEMES = ['light', 'dark'];
const HEIGHT = 900;
const TIMEOUT_MS = 30_000;

/** Starts Debian's browser, or the one that CHROMIUM names. */
export function openBrowser() {
  // Root, whom containers run as, cannot have Chromium's sandbox; the pages are our own.
  return chromium.launch({executablePath: env.CHROMIUM ?? onPath('chromium'), args: ['--no-sandbox']});
}

function onPath(name) {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this folder
    }
  }
  throw new Error(`no ${name} on the PATH; apt-get install ${name}, or set CHROMIUM to a browser`);
}

/** Judges the page in a file; returns what was seen, a line per problem, and how often it was opened. */
export async function check(browser, file) {
  const total = {views: 0, charts: 0, marks: 0, texts: 0, images: 0};
  const problems = new Set();
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      const view = await look(browser, pathToFileURL(resolve(file)).href, width, colorScheme);
      total.views++;
      for (const [what, count] of Object.entries(view.shown)) {
        total[what] += count;
      }
      view.problems.forEach((problem) => problems.add(`${width} pixels, ${colorScheme}: ${problem}`));
    }
  }
  return {total, problems: [...problems]};
}

async function look(browser, url, width, colorScheme) {
  const problems = [];
  const context = await browser.newContext({viewport: {width, height: HEIGHT}, colorScheme, serviceWorkers: 'block'});
  try {
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') {
        problems.push(`console error: ${message.text()}`);
      }
    });
    page.on('pageerror', (error) => problems.push(`uncaught error: ${error.message}`));
    page.on('requestfailed', (request) => problems.push(`failed request: ${request.url().slice(0, 200)}`));
    // A page that needs anything beside its own file is not the one that a reader is sent.
    await page.route('**/*', (route) => {
      const wanted = route.request().url();
      if (wanted === url || /^(data|blob):/.test(wanted)) {
        return route.continue();
      }
      problems.push(`asks for ${wanted.slice(0, 200)}, but must be self-contained`);
      return route.abort();
    });
    await page.goto(url, {waitUntil: 'load', timeout: TIMEOUT_MS});
    const {shown, problems: seen} = await page.evaluate(inspect);
    problems.push(...seen);
    if (shown.charts === 0) {
      problems.push('there is no chart');
    }
    const background = await page.evaluate(brightness);
    if (colorScheme === 'dark' ? background > 0.5 : background < 0.5) {
      problems.push(`the background does not follow the scheme: its brightness is ${background.toFixed(2)}`);
    }
    return {shown, problems};
  } catch (error) {
    problems.push(`cannot be opened: ${error.message.split('\n')[0]}`);
    return {shown: {}, problems};
  } finally {
    await context.close();
  }
}

/** From 0 to 1; runs in the page. */
function brightness() {
  const painted = [document.body, document.documentElement]
    .map((element) => getComputedStyle(element).backgroundColor)
    .find((colour) => !/^rgba\(.*, 0\)$/.test(colour));
  if (painted === undefined) {
    // The browser's own canvas follows the scheme if the page says that it can.
    const canvas = document.createElement('div');
    canvas.style.backgroundColor = 'Canvas';
    document.body.append(canvas);
    const colour = getComputedStyle(canvas).backgroundColor;
    canvas.remove();
    return Math.max(...colour.match(/\d+/g).slice(0, 3)) / 255;
  }
  return Math.max(...painted.match(/\d+(\.\d+)?/g).slice(0, 3)) / 255;
}

async function main(files) {
  if (files.length === 0) {
    console.error('usage: node check.mjs PAGE...');
    return 2;
  }
  const browser = await openBrowser();
  let found = 0;
  try {
    for (const file of files) {
      const {total, problems} = await check(browser, file);
      problems.forEach((problem) => console.log(`${file}: ${problem}`));
      found += problems.length;
      console.log(
        `${file}: ${problems.length === 0 ? 'good' : `${problems.length} problems`}: ${total.charts} charts,` +
          ` ${total.marks} marks, ${total.texts} texts and ${total.images} images in ${total.views} views`,
      );
    }
  } finally {
    await browser.close();
  }
  return found === 0 ? 0 : 1;
}

if (argv[1] && resolve(argv[1]) === fileURLToPath(import.meta.url)) {
  exit(await main(argv.slice(2)));
}

/** A real browser, and all that a page complains about and asks for while a test looks at it. */

import { access } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Where Debian has it; CHROMIUM names another. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Nothing of the browser's own goes out, and WebGL runs without a graphics card. */
const flags = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/** Sets what the page remembers, unless it does already; about:blank has no storage. */
const withoutRender = `try {
  if (localStorage.getItem('choice showsRender') === null) localStorage.setItem('choice showsRender', 'false');
} catch {}`;

export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, errors that nothing caught, requests that failed, in order. */
  readonly complaints: string[];
  /** Addresses of all that the page asked for, itself included. */
  readonly requests: string[];
  /** Those of them that went to another host than `url`. */
  readonly foreignRequests: (url: string) => string[];
}

/** Undefined where this machine has no Chromium. Rejects where CHROMIUM names a file that is not there. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const isThere = await access(executablePath).then(
    () => true,
    () => false,
  );
  if (!isThere && process.env.CHROMIUM === undefined) return undefined;
  return chromium.launch({ executablePath, args: flags });
}

/** A page with a storage of its own, watched from the start. */
export async function newPage(browser: Browser): Promise<WatchedPage> {
  // Without a graphics card drawing takes most of the time of a test: a quarter of the pixels, and no 3-D view until it is
  // asked for.
  const context = await browser.newContext({ deviceScaleFactor: 0.5 });
  // Other programs may keep all cores busy, and a training gets what they leave.
  context.setDefaultTimeout(300_000);
  await context.addInitScript(withoutRender);
  const [complaints, requests]: string[][] = [[], []] as [string[], string[]];
  context.on('request', (request) => requests.push(request.url()));
  context.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => complaints.push(error.error().stack ?? error.error().message));
  const page = await context.newPage();
  page.on('websocket', (socket) => requests.push(socket.url()));
  page.on('crash', () => complaints.push('the page crashed'));
  const foreignRequests = (url: string): string[] => {
    // data: and blob: addresses have no host.
    return requests
      .map((each) => new URL(each))
      .filter(({ host }) => host !== '' && host !== new URL(url).host)
      .map(String);
  };
  return { page, complaints, requests, foreignRequests };
}

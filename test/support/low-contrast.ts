/** Texts that are hard to read, as the browser drew them: WCAG 2.2, success criterion 1.4.3. */

import type { Page } from './chromium.ts';

/** Each as `3.9 <b class="quiet"> the text`; only what is in sight is looked at. */
export function lowContrast(page: Page): Promise<readonly string[]> {
  return page.evaluate(lookedThrough);
}

/** Runs in the page. A ground that lets something through is laid over what is behind it. */
const lookedThrough = `(() => {
  const channels = (text) => (text.match(/[0-9.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((each, i) => each * a + below[i] * (1 - a));
  const groundOf = (element) => {
    const chain = [];
    for (let at = element; at !== null; at = at.parentElement) chain.unshift(getComputedStyle(at).backgroundColor);
    const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
    return chain.map(channels).reduce((below, each) => over(each, below), isDark ? [18, 18, 18] : [255, 255, 255]);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((each) => each / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.data.trim();
    if (text === '' || element.closest('script, style, noscript') !== null || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    let opacity = 1;
    for (let at = element; at !== null; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const [r, g, b, a = 1] = channels(style.color);
    const [light, dark] = [luminance(over([r, g, b, a * opacity], ground)), luminance(ground)].sort((x, y) => y - x);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) {
      found.add(ratio.toFixed(2) + ' <' + element.localName + ' class="' + element.className + '"> ' + text.slice(0, 40));
    }
  }
  return [...found];
})()`;

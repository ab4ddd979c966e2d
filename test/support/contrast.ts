import type { Page } from 'playwright-core';

/** WCAG 2.2's criterion 1.4.3 for texts of any size. */
const leastContrast = 4.5;

interface Seen {
  text: string;
  color: string;
  /** Of the elements behind it, the nearest first. */
  behind: string[];
}

/** Runs in the page, so it is told as text: each element with words of its own, and the colours around it. */
const gather = `[...document.querySelectorAll('body *')].flatMap((element) => {
  const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join(' ').trim();
  if (text === '' || !element.checkVisibility()) return [];
  const behind = [];
  for (let box = element; box; box = box.parentElement) behind.push(getComputedStyle(box).backgroundColor);
  return [{ text, color: getComputedStyle(element).color, behind }];
})`;

/** Red, green, blue (0 to 255) and opacity of a computed colour. */
function channels(color: string): number[] {
  const [red, green, blue, opacity = 1] = [...color.matchAll(/[\d.]+/g)].map(([number]) => Number(number));
  return [red, green, blue, opacity];
}

/** Relative luminance by WCAG 2.2, 0 to 1. */
function luminance(color: string): number {
  const [red, green, blue] = channels(color)
    .slice(0, 3)
    .map((channel) => channel / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** What of a page's texts stands out too little from what is behind it, with its contrast; none is as it should be. */
export async function faintTexts(page: Page): Promise<string[]> {
  const seen = await page.evaluate<Seen[]>(gather);
  return seen.flatMap(({ text, color, behind }) => {
    const ground = behind.find((candidate) => channels(candidate)[3] === 1) ?? 'rgb(255, 255, 255)';
    const [dark, light] = [luminance(color), luminance(ground)].sort((a, b) => a - b);
    const contrast = (light + 0.05) / (dark + 0.05);
    return contrast < leastContrast ? [`${text}: ${contrast.toFixed(2)}`] : [];
  });
}

// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// What keeps a person from reading the page: text of little contrast (WCAG 2.2, 1.4.3, level AA: 4.5 to 1), and what
// stands out of the window.

(() => {
  const problems = [];

  const parse = (color) => {
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };

  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { rgb, alpha } = parse(getComputedStyle(at).backgroundColor);
      if (alpha === 1) {
        return rgb;
      }
      if (alpha > 0) {
        problems.push(`the background of <${at.localName} class="${at.className}"> is translucent`);
      }
    }
    return [255, 255, 255];
  };

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let n = 0;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    const shown = node.data.trim();
    if (!shown || !element.checkVisibility() || element.localName === "noscript") {
      continue;
    }
    n++;
    const [dark, bright] = [luminance(parse(getComputedStyle(element).color).rgb), luminance(ground(element))].sort((a, b) => a - b);
    const contrast = (bright + 0.05) / (dark + 0.05);
    if (contrast < 4.5) {
      problems.push(`${JSON.stringify(shown)} has a contrast of ${contrast.toFixed(2)}`);
    }
    if (element.getBoundingClientRect().right > innerWidth) {
      problems.push(`${JSON.stringify(shown)} stands out of the window`);
    }
  }
  if (n < 50) {
    problems.push(`only ${n} texts`);
  }
  if (document.documentElement.scrollWidth > innerWidth) {
    problems.push("the page scrolls sideways");
  }
  return problems;
})();

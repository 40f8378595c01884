// What is judged inside a page, by the page's own browser. Playwright sends this function's source there, so that it
// uses nothing from outside itself.

/** Returns what the page shows, and a line per problem. */
export function inspect() {
  const SHAPES = 'path, rect, circle, ellipse, line, polyline, polygon';
  // Drawn even where there is no data: axes, grid, frames, legends, and the sign that a value is missing. A picture
  // of the class "chart" says itself what is data, by the class "mark".
  const FURNITURE = '.axis, .grid, .frame, .legend, .missing, defs *, clipPath *, marker *, pattern *';
  // A text's box holds its font's whole line, of which the letters fill less.
  const LINE_SLACK = 4;
  const SLACK = 1.5;

  const problems = [];
  const shown = {charts: 0, marks: 0, texts: 0, images: 0};

  for (const details of document.querySelectorAll('details')) {
    details.open = true;
  }

  const nameOf = (element) =>
    element.getAttribute('aria-label') ??
    element.getAttribute('alt') ??
    element.closest('section, figure')?.querySelector('h2, h3, figcaption')?.textContent ??
    'without a name';
  const short = (text) => (text.length > 60 ? `${text.slice(0, 57)}...` : text).trim();
  const visible = (element) =>
    element.checkVisibility?.({opacityProperty: true, visibilityProperty: true}) ?? true;

  const inked = (shape) => {
    const style = getComputedStyle(shape);
    const filled = style.fill !== 'none' && Number(style.fillOpacity) > 0;
    const stroked =
      style.stroke !== 'none' && Number(style.strokeOpacity) > 0 && parseFloat(style.strokeWidth) > 0;
    const {width, height} = shape.getBoundingClientRect();
    return visible(shape) && ((filled && width > 0 && height > 0) || (stroked && width + height > 0));
  };

  const outside = (box, frame, slack) =>
    box.left < frame.left - SLACK ||
    box.right > frame.right + SLACK ||
    box.top < frame.top - slack ||
    box.bottom > frame.bottom + slack;

  const inspectChart = (svg) => {
    shown.charts++;
    const name = short(nameOf(svg));
    const frame = svg.getBoundingClientRect();
    if (!(frame.width > 0 && frame.height > 0)) {
      problems.push(`chart "${name}" has no size`);
      return;
    }
    const isData = (shape) => !shape.matches(FURNITURE) && (!svg.matches('.chart') || shape.matches('.mark'));
    const marks = [...svg.querySelectorAll(SHAPES)].filter((shape) => isData(shape) && inked(shape));
    shown.marks += marks.length;
    if (marks.length === 0) {
      problems.push(`chart "${name}" is empty: no data is drawn`);
    }
    const astray = marks.filter((mark) => outside(mark.getBoundingClientRect(), frame, SLACK));
    if (astray.length > 0) {
      problems.push(`chart "${name}" draws ${astray.length} of its ${marks.length} marks beyond its edge`);
    }
    for (const text of svg.querySelectorAll('text')) {
      shown.texts++;
      if (outside(text.getBoundingClientRect(), frame, LINE_SLACK)) {
        problems.push(`chart "${name}": the text "${short(text.textContent)}" lies outside of the picture`);
      }
    }
  };

  document.querySelectorAll('svg[role=img], svg.chart').forEach(inspectChart);

  for (const image of document.querySelectorAll('img')) {
    shown.images++;
    const {width, height} = image.getBoundingClientRect();
    if (!(width > 0 && height > 0 && image.naturalWidth > 0)) {
      problems.push(`image "${short(nameOf(image))}" has no size`);
    }
  }

  const width = document.documentElement.scrollWidth;
  if (width > window.innerWidth) {
    const widest = [...document.body.querySelectorAll('*')]
      .filter((element) => !element.closest('svg') || element.matches('svg'))
      .reduce((a, b) => (b.getBoundingClientRect().right > a.getBoundingClientRect().right ? b : a), document.body);
    problems.push(
      `content is ${width} pixels wide in a window of ${window.innerWidth}, because of <${widest.localName}>` +
        ` "${short(widest.textContent)}"`,
    );
  }
  return {shown, problems};
}

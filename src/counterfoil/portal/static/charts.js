/* Draws each chart from the table beside it, in the colours of the page. Without this, without the
   library, or before it, the table stands there open and says the same. */
(() => {
  "use strict";
  const DASHES = [[], [7, 4], [2, 3]];
  const POINTS = ["circle", "rect", "triangle"];
  const NARROW_PIXELS = 480;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const locale = document.documentElement.lang || "en";
  const drawn = new Map();

  /* What the table says: names of rows, and of each column its name and numbers. */
  const read = (figure) => {
    const rows = [...figure.querySelectorAll("tbody tr")];
    const heads = [...figure.querySelectorAll("thead th")].slice(1);
    const value = (row, column) => {
      const text = row.querySelectorAll("td")[column].dataset.value;
      return text === "" ? null : Number(text);
    };
    return {
      labels: rows.map((row) => row.querySelector("th").textContent),
      columns: heads.map((head, column) => ({
        name: head.textContent,
        values: rows.map((row) => value(row, column)),
        texts: rows.map((row) => row.querySelectorAll("td")[column].textContent),
      })),
    };
  };

  /* Tokens may be one thing by light and another by dark: what counts is what the browser makes. */
  const coloursOf = (figure) => {
    const style = getComputedStyle(figure);
    return {
      ink: style.color,
      line: style.borderTopColor,
      font: style.fontFamily,
      series: [...figure.querySelectorAll(".legend span")].map(
        (swatch) => getComputedStyle(swatch).color,
      ),
      surface: getComputedStyle(figure.querySelector(".drawing")).backgroundColor,
    };
  };

  const shortened = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

  const sets = (kind, columns, colours) =>
    columns.map((column, number) => ({
      label: column.name,
      data: column.values,
      borderColor: colours.series[number],
      backgroundColor: colours.series[number],
      borderWidth: kind === "line" ? 2 : 0,
      borderDash: DASHES[number],
      pointStyle: POINTS[number],
      pointRadius: column.values.length > 45 ? 0 : 2.5,
      pointHitRadius: 12,
      tension: 0,
      maxBarThickness: 22,
      borderRadius: 3,
    }));

  const settings = (figure, told, colours) => {
    const kind = figure.dataset.chart;
    const currency = figure.dataset.currency;
    const most = figure.clientWidth < NARROW_PIXELS ? 15 : 28;
    const compact = new Intl.NumberFormat(locale, { notation: "compact" });
    const numbers = {
      beginAtZero: true,
      border: { display: false },
      grid: { color: colours.line },
      ticks: {
        color: colours.ink,
        maxTicksLimit: 6,
        precision: currency ? undefined : 0,
        callback: (value) => compact.format(value),
      },
      title: { display: currency !== "", text: currency, color: colours.ink },
    };
    const names = {
      border: { color: colours.line },
      grid: { display: false },
      ticks: {
        color: colours.ink,
        autoSkip: kind === "line",
        maxRotation: 0,
        autoSkipPadding: 16,
        callback: (row) => shortened(told.labels[row], most),
      },
    };
    const says = (item) => {
      const text = told.columns[item.datasetIndex].texts[item.dataIndex];
      return `${item.dataset.label}: ${text}${currency ? ` ${currency}` : ""}`;
    };
    return {
      type: kind === "line" ? "line" : "bar",
      data: { labels: told.labels, datasets: sets(kind, told.columns, colours) },
      options: {
        indexAxis: kind === "line" ? "x" : "y",
        scales: kind === "line" ? { x: names, y: numbers } : { x: numbers, y: names },
        animation: still.matches ? false : { duration: 250 },
        maintainAspectRatio: false,
        locale,
        interaction: { mode: "index", intersect: false, axis: kind === "line" ? "x" : "y" },
        plugins: {
          tooltip: {
            backgroundColor: colours.ink,
            titleColor: colours.surface,
            bodyColor: colours.surface,
            displayColors: false,
            callbacks: { label: says },
          },
        },
      },
    };
  };

  const draw = (figure) => {
    const drawing = figure.querySelector(".drawing");
    if (!drawing || !globalThis.Chart) return;
    const told = read(figure);
    const colours = coloursOf(figure);
    Object.assign(globalThis.Chart.defaults.font, { family: colours.font, size: 12 });
    drawing.hidden = false;
    if (figure.dataset.chart === "bars") {
      drawing.style.blockSize = `${3.5 + 2 * told.labels.length}rem`;
    }
    drawn.get(figure)?.destroy();
    const canvas = drawing.querySelector("canvas");
    drawn.set(figure, new globalThis.Chart(canvas, settings(figure, told, colours)));
    if (!figure.dataset.drawn) figure.querySelector("details").open = false;
    figure.dataset.drawn = "yes";
  };

  const drawAll = (within) => {
    for (const figure of drawn.keys()) {
      if (figure.isConnected) continue;
      drawn.get(figure).destroy();
      drawn.delete(figure);
    }
    for (const figure of within.querySelectorAll("figure.chart")) draw(figure);
  };

  drawAll(document);
  document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target));
  dark.addEventListener("change", () => drawAll(document));
})();

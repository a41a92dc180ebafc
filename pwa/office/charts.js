// Draws the tables that ask for it, above themselves. Pictures to keep are drawn by the server.
// The numbers are read from the table, so a drawing never says anything that the table doesn't.

/** @typedef {{ name: string, value: number | null, said: string }} Row */

const INK = "#1d2733";
const ACCENT = "#1b5e86";
const GROUND = "#ffffff";
const TALL = 14;

/** @param {HTMLTableElement} table @returns {Row[]} */
function readRows(table) {
  return [...table.tBodies[0]?.rows ?? []].filter((row) => !row.dataset.whole).map((row) => {
    const cell = row.cells[1];
    const value = cell?.dataset.value;
    return {
      name: row.cells[0]?.textContent?.trim() ?? "", value: value === undefined ? null : Number(value),
      said: cell?.textContent?.replace(/\s+/g, " ").trim() ?? "",
    };
  });
}

/** @param {string} kind @param {string} name @param {string} unit @param {Row[]} rows */
function optionOf(kind, name, unit, rows) {
  const says = (/** @type {{ dataIndex: number }} */ point) => {
    const row = rows[point.dataIndex];
    return row ? `${row.name}：${row.said}` : "";
  };
  const shared = {
    animation: false, backgroundColor: GROUND,
    textStyle: { color: INK, fontFamily: getComputedStyle(document.body).fontFamily },
    // The strict policy allows no style in markup: the words beside the pointer are drawn, not written.
    tooltip: { renderMode: "richText", trigger: "item", formatter: says, confine: true },
    aria: { enabled: true, label: { description: `${name}（${unit}）：${rows.map((row) => `${row.name} ${row.said}`).join("；")}` } },
  };
  const values = rows.map((row) => row.value);
  if (kind === "line") {
    return {
      ...shared, grid: { left: 48, right: 16, top: 24, bottom: 32 },
      xAxis: { type: "category", data: rows.map((row) => row.name) }, yAxis: { type: "value", min: 0, minInterval: 1 },
      series: [{ type: "line", data: values, color: ACCENT, symbolSize: 8, connectNulls: false }],
    };
  }
  return {
    ...shared, grid: { left: 8, right: 56, top: 8, bottom: 24, containLabel: true },
    xAxis: { type: "value", min: 0, minInterval: 1, splitNumber: 3, axisLabel: { hideOverlap: true } },
    yAxis: {
      type: "category", inverse: true, data: rows.map((row) => row.name), axisTick: { show: false },
      axisLabel: { width: 110, overflow: "truncate" },
    },
    series: [{
      type: "bar", data: values, color: ACCENT, barMaxWidth: kind === "funnel" ? 26 : 18,
      label: { show: true, position: "right", color: INK },
    }],
  };
}

/** @param {HTMLTableElement} table @param {any} echarts */
function draw(table, echarts) {
  const rows = readRows(table);
  if (rows.filter((row) => row.value !== null).length < 2) return;
  const { chart: kind = "bar", name = "", unit = "" } = table.dataset;
  const place = document.createElement("div");
  place.className = rows.length > TALL ? "tx-drawn tx-drawn-tall" : "tx-drawn";
  const folded = table.closest("details");
  (folded ?? table.parentElement ?? table).before(place);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(optionOf(kind, name, unit, rows));
  place.setAttribute("role", "img");
  if (folded && !folded.classList.contains("tx-same")) folded.open = false;
  new ResizeObserver(() => chart.resize()).observe(place);
}

async function drawAll() {
  const board = /** @type {HTMLElement | null} */ (document.querySelector("[data-echarts]"));
  const tables = /** @type {HTMLTableElement[]} */ ([...document.querySelectorAll("table[data-chart]")]);
  if (!board || tables.length === 0) return;
  const echarts = await import(board.dataset.echarts ?? "");
  for (const table of tables) draw(table, echarts);
}

drawAll();
for (const select of document.querySelectorAll(".tx-choose select")) {
  select.addEventListener("change", () => /** @type {HTMLSelectElement} */ (select).form?.requestSubmit());
}

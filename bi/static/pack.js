/* The behaviour of every page: reads the sums that the page carries, sums them on for what the reader has chosen, and
 * draws them. Nothing is fetched. Each figure says the SQL that gives the same rows on the published database. */
"use strict";

const pack = window.parline; // {about, choices, page, kpis}, by data/<page>.js
const ALL = "ALL";
const UNSAID = "not stated";
const NOBODY = "-1"; // the unknown member of every dimension
const HISTORY = 13; // months that a course shows at least: a year, and the same month a year ago

/* ---- What the reader has chosen: in the address, so that a link carries it ------------------------------------- */

const chosen = { facility: ALL, period: "12", currency: pack.choices.currencies[0], picks: {} };

function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  const among = (name, values) => (values.includes(said.get(name)) ? said.get(name) : null);
  chosen.facility = among("facility", pack.choices.facilities.map((one) => one.key)) ?? ALL;
  chosen.currency = among("currency", pack.choices.currencies) ?? pack.choices.currencies[0];
  chosen.period = periodOf(said.get("period")) ? said.get("period") : "12";
  chosen.picks = {};
  for (const [name, value] of said) if (name.startsWith("pick.")) chosen.picks[name.slice(5)] = value;
  return said.get("at");
}

function address(changes = {}, picks = chosen.picks) {
  const next = { facility: chosen.facility, period: chosen.period, currency: chosen.currency, ...changes };
  const said = new URLSearchParams();
  if (next.facility !== ALL) said.set("facility", next.facility);
  if (next.period !== "12") said.set("period", next.period);
  if (next.currency !== pack.choices.currencies[0]) said.set("currency", next.currency);
  for (const [name, value] of Object.entries(picks)) said.set(`pick.${name}`, value);
  return `#${said}`;
}

/** The months of a choice: "3" and "12" are so many up to the last whole one, "year" the calendar year, else a month. */
function periodOf(choice) {
  const months = pack.choices.months;
  const last = months.length - 1;
  if (choice === "year") return months.filter((month) => month.slice(0, 4) === months[last].slice(0, 4));
  if (/^\d{1,2}$/.test(choice ?? "")) return months.slice(-Number(choice));
  return months.includes(choice) ? [choice] : null;
}

function spanOf(figure) {
  const months = periodOf(chosen.period);
  const last = months[months.length - 1];
  if (figure.span === "now") return null;
  if (figure.span === "last") return [last, last];
  if (figure.span === "period") return [months[0], last];
  const known = pack.choices.months;
  return [known[Math.max(0, Math.min(known.indexOf(months[0]), known.indexOf(last) - HISTORY + 1))], last];
}

/* ---- Sums ------------------------------------------------------------------------------------------------------- */

/** What of the choices applies to a dataset: [dimension, test of a value, SQL]. */
function conditions(figure, dataset) {
  const found = [];
  const column = (name) => dataset.sql.dimensions[name];
  const equals = (name, value) => {
    if (!(name in dataset.dimensions)) return;
    const wanted = value === UNSAID ? null : value;
    found.push([name, (has) => has === wanted, wanted === null ? `${column(name)} is null` : `${column(name)} = ${quoted(wanted)}`]);
  };
  if (chosen.facility !== ALL) equals("facility", chosen.facility);
  if ("currency" in dataset.dimensions) {
    found.push([
      "currency",
      (has) => has === null || has === chosen.currency,
      `coalesce(${column("currency")}, ${quoted(chosen.currency)}) = ${quoted(chosen.currency)}`,
    ]);
  }
  const span = spanOf(figure);
  if (span) {
    const [first, last] = span;
    const sql = first === last ? `${column("month")} = ${quoted(first)}` : `${column("month")} between ${quoted(first)} and ${quoted(last)}`;
    found.push(["month", (has) => has >= first && has <= last, sql]);
  }
  for (const [name, value] of Object.entries(chosen.picks)) equals(name, value);
  return found;
}

/** Rows of a figure: [{key: [values of its dimensions], sums: {measure: whole number or null}}], greatest first. */
function rowsOf(figure) {
  const dataset = pack.page.datasets[figure.dataset];
  const tests = conditions(figure, dataset).map(([name, test]) => {
    const { values, codes } = dataset.dimensions[name];
    return [values.map(test), codes];
  });
  const by = figure.by.map(([name]) => dataset.dimensions[name]);
  const wanted = measuresOf(figure);
  const groups = new Map();
  for (let row = 0; row < dataset.rows; row++) {
    if (!tests.every(([passes, codes]) => passes[codes[row]])) continue;
    let place = 0;
    for (const { values, codes } of by) place = place * values.length + codes[row];
    let group = groups.get(place);
    if (!group) {
      group = { key: by.map(({ values, codes }) => values[codes[row]]), sums: {} };
      for (const name of wanted) group.sums[name] = null;
      groups.set(place, group);
    }
    for (const name of wanted) {
      const amount = dataset.measures[name].sums[row];
      if (amount !== null) group.sums[name] = (group.sums[name] ?? 0) + amount;
    }
  }
  return [...groups.values()].sort(order(figure));
}

function measuresOf(figure) {
  return [...new Set(figure.columns.flatMap((column) => (column.per ? [column.measure, column.per] : [column.measure])))];
}

function order(figure) {
  const names = (a, b) => a.key.map((v) => v ?? "").join(" ").localeCompare(b.key.map((v) => v ?? "").join(" "));
  if (["trend", "lines"].includes(figure.kind)) return names;
  const sign = figure.ascending ? -1 : 1;
  const of = (row) => valueOf(figure.columns[0], row, pack.page.datasets[figure.dataset]) ?? -Infinity;
  return (a, b) => sign * (of(b) - of(a)) || names(a, b);
}

/** The number that a column shows of a row, in its unit; null where there is none. */
function valueOf(column, row, dataset) {
  const whole = (name) => (row.sums[name] === null ? null : row.sums[name] / dataset.measures[name].scale);
  if (!column.per) return whole(column.measure);
  return row.sums[column.measure] === null || !row.sums[column.per] ? null : whole(column.measure) / whole(column.per);
}

const quoted = (text) => `'${String(text).replaceAll("'", "''")}'`;

/** The SQL whose rows are those of the figure, as an analyst would write it. */
function sqlOf(figure) {
  const dataset = pack.page.datasets[figure.dataset];
  const wheres = conditions(figure, dataset).map(([, , sql]) => sql);
  if (dataset.sql.where) wheres.unshift(dataset.sql.where);
  const names = figure.by.map(([name]) => name);
  const selected = [
    ...names.map((name) => (dataset.sql.dimensions[name] === name ? name : `${dataset.sql.dimensions[name]} as ${name}`)),
    ...measuresOf(figure).map((name) => `${dataset.sql.measures[name]} as ${name}`),
  ];
  const lines = [`select ${selected.join(",\n       ")}`, `from ${dataset.sql.relation}`];
  if (wheres.length) lines.push(`where ${wheres.join("\n  and ")}`);
  if (names.length) lines.push("group by all");
  if (names.length) lines.push(`order by ${names.length + 1} desc`);
  return lines.join("\n");
}

/* ---- Words and numbers ------------------------------------------------------------------------------------------ */

const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function money(amount, digits) {
  return new Intl.NumberFormat("en-US", {
    style: "currency", currency: chosen.currency, minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(amount);
}

/** Short enough for a tile or an axis: $12.4M. */
function short(amount, unit) {
  if (amount === null) return "–";
  const size = Math.abs(amount);
  if (unit === "money" || unit === "count" || unit === "quantity") {
    const [by, mark] = size >= 999_500_000 ? [1e9, "B"] : size >= 999_500 ? [1e6, "M"] : size >= 10_000 ? [1e3, "k"] : [1, ""];
    const digits = by === 1 ? 0 : size / by >= 100 ? 0 : size / by >= 10 ? 1 : 2;
    if (unit === "money") return money(amount / by, digits) + mark;
    return new Intl.NumberFormat("en-US", { maximumFractionDigits: by === 1 ? 0 : 1 }).format(amount / by) + mark;
  }
  return exact(amount, unit);
}

function exact(amount, unit) {
  if (amount === null) return "–";
  if (unit === "money") return money(amount, Math.abs(amount) < 1000 ? 2 : 0);
  if (unit === "count" || unit === "quantity") return plain.format(amount);
  if (unit === "share") return `${tenths.format(amount * 100)} %`;
  if (unit === "days") return `${tenths.format(amount)} d`;
  if (unit === "hours") return `${tenths.format(amount)} h`;
  if (unit === "minutes") return `${tenths.format(amount)} min`;
  return hundredths.format(amount);
}

function called(dataset, name, value) {
  if (value === null) return UNSAID;
  return dataset.dimensions[name].labels?.[value] ?? worded(value);
}

/** A code as words: KNEE_REPLACEMENT is Knee replacement; a name stays as it is. */
function worded(value) {
  if (value === NOBODY) return "Unknown";
  if (!/^[A-Z]+(_[A-Z0-9]+)*$/.test(value)) return value;
  if (value.length < 4 && !SHORTHAND[value.toLowerCase()]) return value;
  const words = value.toLowerCase().split("_").map((word) => (SHORTHAND[word] ? SHORTHAND[word] : word)).join(" ");
  return words[0].toUpperCase() + words.slice(1);
}

const SHORTHAND = { po: "PO", uom: "unit", ap: "AP", gr: "GR", ir: "IR", lab: "laboratory",
  medsurg: "medical-surgical", nonitem: "no item", purch: "purchased" };
const monthName = (month) =>
  new Date(`${month}-15T00:00:00Z`).toLocaleDateString("en-US", { month: "short", year: "numeric", timeZone: "UTC" });

/* ---- Drawing: elements ------------------------------------------------------------------------------------------ */

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const charts = new Map(); // figure to its chart, which is told anew rather than made anew

function draw() {
  drawChoices();
  drawPicks();
  for (const tile of document.querySelectorAll("[data-kpi]")) drawTile(tile);
  for (const place of document.querySelectorAll("[data-figure]")) drawFigure(place);
  for (const link of document.querySelectorAll("a[data-page]")) link.href = `${link.dataset.page}.html${address({}, {})}`;
}

function drawChoices() {
  for (const name of ["facility", "period", "currency"]) {
    const control = document.getElementById(`choose-${name}`);
    if (control) control.value = chosen[name];
  }
  const months = periodOf(chosen.period);
  const said = months.length === 1 ? monthName(months[0]) : `${monthName(months[0])} to ${monthName(months[months.length - 1])}`;
  document.getElementById("said-period").textContent = said;
  const where = pack.choices.facilities.find((one) => one.key === chosen.facility)?.name ?? "All facilities";
  document.getElementById("said-choice").textContent = `${where}, ${said}`;
}

function drawPicks() {
  const place = document.getElementById("picks");
  place.replaceChildren();
  for (const [name, value] of Object.entries(chosen.picks)) {
    const others = Object.fromEntries(Object.entries(chosen.picks).filter(([one]) => one !== name));
    const shown = Object.values(pack.page.datasets).find((one) => name in one.dimensions);
    const label = shown && value !== UNSAID ? called(shown, name, value) : value;
    place.append(
      element("a", { class: "pick", href: address({}, others), "aria-label": `Remove the choice ${label}` },
        element("span", { class: "pick-name" }, (shown?.names?.[name] ?? name).toLowerCase()), ` ${label} `, element("span", { "aria-hidden": "true" }, "✕")),
    );
  }
}

/* ---- Key figures ------------------------------------------------------------------------------------------------ */

function kpiRows(code) {
  return pack.kpis.rows
    .filter((row) => row.code === code && row.facility === chosen.facility && (row.currency === null || row.currency === chosen.currency))
    .sort((a, b) => (a.month < b.month ? -1 : 1));
}

const ratio = (row) => (row.denominator === null ? null : row.value);

function kpiSql(code) {
  const months = periodOf(chosen.period);
  return [
    "select numerator, denominator, kpi_value, target_value, kpi_status",
    "from mart_operations.mart_exec_kpi",
    `where kpi_code = ${quoted(code)} and facility_key = ${quoted(chosen.facility)}`,
    `  and period = ${quoted(months[months.length - 1])}`,
    `  and coalesce(currency_code, ${quoted(chosen.currency)}) = ${quoted(chosen.currency)}`,
  ].join("\n");
}

const STATUS = { GREEN: ["good", "on target"], AMBER: ["fair", "near target"], RED: ["poor", "off target"] };

function drawTile(place) {
  const code = place.dataset.kpi;
  const about = pack.kpis.about[code];
  const months = periodOf(chosen.period);
  const last = months[months.length - 1];
  const rows = kpiRows(code).filter((row) => row.month <= last).slice(-HISTORY);
  const row = rows.find((one) => one.month === last);
  const before = rows.find((one) => one.month === pack.choices.months[pack.choices.months.indexOf(last) - 1]);
  const [mood, said] = STATUS[row?.status] ?? ["", ""];
  const value = row ? row.value : null;
  place.className = `tile ${mood}`;
  place.dataset.numerator = row?.numerator ?? "";
  place.dataset.value = value ?? "";
  place.replaceChildren(
    element("h2", {}, worded(about.name)),
    element("p", { class: "value" }, short(value, about.unit)),
    element("p", { class: "change" }, change(value, before?.value ?? null, about), said ? element("span", { class: "status" }, said) : null),
    spark(rows, row?.target ?? null, about),
    element("details", {},
      element("summary", {}, "what this is"),
      element("dl", {},
        ...described("Definition", about.definition), ...described("Month", monthName(last)),
        ...described("Target", row?.target == null ? "none set" : `${exact(row.target, about.unit)} (${row.target_source})`),
        ...described("Owner", about.owner), ...described("As of", row?.as_of ?? pack.about.as_of)),
      element("pre", { tabindex: "0" }, kpiSql(code)),
    ),
  );
}

const described = (name, value) => [element("dt", {}, name), element("dd", {}, value)];

function change(value, before, about) {
  if (value === null) return element("span", {}, "no figure for this choice");
  if (before === null) return element("span", {}, "no month before");
  const moved = value - before;
  const sign = moved > 0 ? "▲" : moved < 0 ? "▼" : "■";
  const better = moved === 0 || !about.better ? "" : (moved > 0) === (about.better === "HIGHER") ? "better" : "worse";
  const size = about.unit === "share" ? `${tenths.format(Math.abs(moved) * 100)} points` : short(Math.abs(moved), about.unit);
  return element("span", { class: better }, `${sign} ${size} on the month before${better ? `, ${better}` : ""}`);
}

function spark(rows, target, about) {
  const width = 220, height = 40, edge = 4;
  const values = rows.map((row) => row.value).filter((value) => value !== null);
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.setAttribute("class", "spark");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("role", "img");
  if (values.length < 2) {
    picture.setAttribute("aria-label", "too few months for a course");
    return picture;
  }
  const low = Math.min(...values, target ?? Infinity), high = Math.max(...values, target ?? -Infinity);
  picture.setAttribute("aria-label", `${values.length} months, from ${short(values[0], about.unit)} to ${short(values[values.length - 1], about.unit)}`);
  const x = (place) => edge + (place * (width - 2 * edge)) / (rows.length - 1);
  const y = (value) => height - edge - ((value - low) * (height - 2 * edge)) / (high - low || 1);
  const line = (name, points) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    made.setAttribute("points", points.map((point) => point.map((v) => v.toFixed(1)).join(",")).join(" "));
    made.setAttribute("class", name);
    picture.append(made);
  };
  if (target !== null) line("target", [[edge, y(target)], [width - edge, y(target)]]);
  line("course", rows.map((row, place) => [row, place]).filter(([row]) => row.value !== null).map(([row, place]) => [x(place), y(row.value)]));
  return picture;
}

/* ---- Figures ---------------------------------------------------------------------------------------------------- */

function drawFigure(place) {
  const figure = pack.page.figures[place.dataset.figure];
  const dataset = pack.page.datasets[figure.dataset];
  const rows = rowsOf(figure);
  const body = place.querySelector(".body");
  place.querySelector(".sql pre").textContent = sqlOf(figure);
  place.querySelector(".scope").textContent = scopeOf(figure, dataset);
  if (!rows.length) body.replaceChildren(element("p", { class: "empty" }, "Nothing for this choice."));
  else if (figure.kind === "table") body.replaceChildren(table(figure, dataset, rows, place));
  else if (figure.kind === "attention") body.replaceChildren(attention(figure, dataset, rows));
  else drawChart(body, figure, dataset, rows, place);
}

/** What of the reader's choice a figure cannot follow, so that nobody takes it for what it is not. */
function scopeOf(figure, dataset) {
  const said = [];
  if (figure.span === "now") said.push(`as of ${pack.about.as_of}`);
  if (figure.span === "last") said.push(`end of ${monthName(spanOf(figure)[1])}`);
  if (chosen.facility !== ALL && !("facility" in dataset.dimensions)) said.push("whole network");
  return said.join(", ");
}

function table(figure, dataset, rows, place) {
  const isWhole = place.dataset.whole === "yes" || figure.kind !== "table";
  const shown = isWhole ? rows : rows.slice(0, figure.top);
  const unitOf = (column) => column.unit ?? dataset.measures[column.measure].unit;
  const longest = new Map(figure.columns.filter((column) => column.bar).map((column) => [column, Math.max(...rows.map((row) => Math.abs(valueOf(column, row, dataset) ?? 0)))]));
  const head = element("tr", {},
    ...figure.by.map(([, label]) => element("th", { scope: "col" }, label)),
    ...figure.columns.map((column) => element("th", { scope: "col", class: "number" }, column.label)));
  const body = shown.map((row) => element("tr", {},
    ...figure.by.map(([name], index) => element(index === 0 ? "th" : "td", index === 0 ? { scope: "row" } : {}, entry(figure, dataset, name, row.key[index]))),
    ...figure.columns.map((column) => {
      const value = valueOf(column, row, dataset);
      const text = element("span", {}, exact(value, unitOf(column)));
      if (!longest.has(column)) return element("td", { class: "number" }, text);
      const bar = element("span", { class: value < 0 ? "bar minus" : "bar", "aria-hidden": "true" });
      bar.style.width = `${(100 * Math.abs(value ?? 0)) / (longest.get(column) || 1)}%`;
      return element("td", { class: "number" }, element("div", { class: "barred" }, element("span", { class: "track" }, bar), text));
    })));
  const parts = [element("table", {}, element("caption", { class: "unseen" }, figure.title), element("thead", {}, head), element("tbody", {}, ...body), total(figure, dataset, rows, unitOf))];
  if (rows.length > figure.top && figure.kind === "table") {
    parts.push(element("button", { type: "button", class: "more", onclick: () => { place.dataset.whole = isWhole ? "no" : "yes"; drawFigure(place); } },
      isWhole ? `Show the first ${figure.top}` : `Show all ${plain.format(rows.length)}`));
  }
  return element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": figure.title }, ...parts);
}

/** The sum of all rows, those not shown too: what the reader holds against other reports. */
function total(figure, dataset, rows, unitOf) {
  if (rows.length < 2) return null;
  const whole = { sums: {} };
  for (const name of measuresOf(figure)) {
    const amounts = rows.map((row) => row.sums[name]).filter((amount) => amount !== null);
    whole.sums[name] = amounts.length ? amounts.reduce((a, b) => a + b, 0) : null;
  }
  return element("tfoot", {}, element("tr", {}, element("th", { scope: "row", colspan: figure.by.length }, `All ${plain.format(rows.length)}`),
    ...figure.columns.map((column) => element("td", { class: "number" }, column.adds_up ? exact(valueOf(column, whole, dataset), unitOf(column)) : ""))));
}

function entry(figure, dataset, name, value) {
  const label = name === "month" && value ? monthName(value) : called(dataset, name, value);
  if (figure.drill !== name || chosen.picks[name] === (value ?? UNSAID)) return label;
  if (name === "facility") return element("a", { href: (figure.leads_to ? `${figure.leads_to}.html` : "") + address({ facility: value }, figure.leads_to ? {} : chosen.picks) }, label);
  const picks = figure.leads_to ? { [name]: value ?? UNSAID } : { ...chosen.picks, [name]: value ?? UNSAID };
  return element("a", { href: (figure.leads_to ? `${figure.leads_to}.html` : "") + address({}, picks) }, label);
}

/** Findings, greatest first and at most two of a topic: each leads to the figure that tells more, with its member chosen. */
function attention(figure, dataset, rows) {
  const at = Object.fromEntries(figure.by.map(([name], index) => [name, index]));
  const told = new Map();
  const shown = rows.filter((row) => {
    const topic = row.key[at.topic];
    told.set(topic, (told.get(topic) ?? 0) + 1);
    return told.get(topic) <= 2;
  });
  return element("ol", { class: "attention" }, ...shown.slice(0, figure.top).map((row) => {
    const [topic, member, facility, owner, key, page, name, pick] = ["topic", "member", "facility", "owner", "member_key", "page", "figure", "pick"].map((one) => row.key[at[one]]);
    const isFacility = pick === "facility";
    const link = `${page}.html${address(isFacility ? { facility: key } : {}, isFacility ? {} : { [pick]: key })}&at=${name}`;
    const where = facility === NOBODY || isFacility ? null : called(dataset, "facility", facility);
    return element("li", {},
      element("span", { class: "worth" }, exact(valueOf(figure.columns[0], row, dataset), "money")),
      element("span", { class: "told" }, element("a", { href: link }, topic), element("span", {}, `${isFacility ? called(dataset, "facility", key) : worded(member)}${where ? `, ${where}` : ""}`)),
      element("span", { class: "owner" }, owner));
  }));
}

/* ---- Charts ----------------------------------------------------------------------------------------------------- */

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const SERIES = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];

function drawChart(body, figure, dataset, rows, place) {
  let chart = charts.get(place);
  if (!chart) {
    chart = echarts.init(element("div", { class: "chart" }), null, { renderer: "svg", width: place.clientWidth - 36, height: 290 });
    charts.set(place, chart);
  }
  const numbers = element("details", { class: "numbers" }, element("summary", {}, "as a table"));
  const fill = () => { if (numbers.children.length === 1) numbers.append(table(figure, dataset, rows, place)); };
  numbers.addEventListener("toggle", fill); // most readers look at the picture only
  body.replaceChildren(chart.getDom(), numbers);
  chart.setOption(figure.kind === "bridge" ? bridge(figure, dataset, rows) : course(figure, dataset, rows), true);
}

function resize(width) {
  for (const [place, chart] of charts) chart.resize({ width: width ?? place.clientWidth - 36 });
}

function frame(unit, title) {
  const quiet = { color: colour("quiet") };
  return {
    animation: false,
    aria: { enabled: true, label: { description: `${title}. The same numbers are in the table below.` } },
    color: SERIES.map(colour),
    textStyle: { fontFamily: "inherit", color: colour("ink") },
    grid: { left: 8, right: 12, top: 32, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis", axisPointer: { type: "shadow" }, backgroundColor: colour("card"), borderColor: colour("line"),
      textStyle: { color: colour("ink") }, valueFormatter: (value) => exact(value ?? null, unit),
    },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: quiet },
    yAxis: { type: "value", axisLabel: { ...quiet, formatter: (value) => short(value, unit) }, splitLine: { lineStyle: { color: colour("line") } } },
  };
}

/** Months along the bottom; one series a value of the other dimension, or a column. The least are summed as `others`. */
function course(figure, dataset, rows) {
  const at = figure.by.findIndex(([name]) => name === "month");
  const [other] = figure.by.filter(([name]) => name !== "month");
  const [first, last] = spanOf(figure);
  const months = pack.choices.months.filter((month) => month >= first && month <= last);
  const column = figure.columns[0];
  const unit = column.unit ?? dataset.measures[column.measure].unit;
  const series = new Map();
  const add = (label, month, value) => {
    if (!series.has(label)) series.set(label, months.map(() => null));
    const place = months.indexOf(month);
    if (value !== null) series.get(label)[place] = (series.get(label)[place] ?? 0) + value;
  };
  if (!other) {
    for (const one of figure.columns) for (const row of rows) add(one.label, row.key[at], valueOf(one, row, dataset));
  } else {
    const sizes = new Map();
    const label = (row) => called(dataset, other[0], row.key[1 - at]);
    for (const row of rows) sizes.set(label(row), (sizes.get(label(row)) ?? 0) + Math.abs(valueOf(column, row, dataset) ?? 0));
    const named = [...sizes].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const kept = named.length > SERIES.length ? named.slice(0, SERIES.length - 1) : named;
    for (const name of kept) add(name, months[0], null);
    for (const row of rows) {
      if (kept.includes(label(row))) add(label(row), row.key[at], valueOf(column, row, dataset));
      else if (!column.per) add("others", row.key[at], valueOf(column, row, dataset));
    }
  }
  const style = figure.kind === "lines" ? { type: "line", symbolSize: 5, lineStyle: { width: 2 } } : { type: "bar", stack: "all", barMaxWidth: 34 };
  const framed = frame(unit, figure.title);
  return {
    ...framed,
    grid: { ...framed.grid, top: series.size > 4 ? 58 : 34 },
    xAxis: { type: "category", data: months.map(monthName), axisLabel: { color: colour("quiet"), hideOverlap: true }, axisLine: { lineStyle: { color: colour("line") } }, axisTick: { show: false } },
    series: [...series].map(([name, data]) => ({ name, data, ...style })),
  };
}

/** The first column is where it begins, the last where it ends, those between are the steps. */
function bridge(figure, dataset, rows) {
  const sums = {};
  for (const name of measuresOf(figure)) sums[name] = rows.reduce((sum, row) => sum + (row.sums[name] ?? 0), 0);
  const unit = dataset.measures[figure.columns[0].measure].unit;
  const values = figure.columns.map((column) => valueOf(column, { sums }, dataset));
  let standing = 0;
  const bars = values.map((value, place) => {
    const isEnd = place === 0 || place === values.length - 1;
    const from = isEnd ? 0 : standing;
    standing = isEnd ? value : standing + value;
    return { from: Math.min(from, standing), size: Math.abs(standing - from), value, name: isEnd ? "s1" : value > 0 ? "more" : "less" };
  });
  const lowest = Math.min(...bars.filter((_, place) => place > 0 && place < bars.length - 1).map((bar) => bar.from), ...values.filter((_, place) => place === 0 || place === values.length - 1));
  return {
    ...frame(unit, figure.title),
    legend: { show: false },
    tooltip: { show: false },
    grid: { left: 8, right: 12, top: 24, bottom: 4, containLabel: true },
    xAxis: { type: "category", data: figure.columns.map((column) => column.label), axisLabel: { color: colour("quiet"), interval: 0, width: 84, overflow: "break" }, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("line") } } },
    yAxis: { ...frame(unit, "").yAxis, min: lowest > 0 ? (scale) => Math.max(0, lowest - (scale.max - lowest) * 0.4) : null },
    series: [
      { type: "bar", stack: "bridge", silent: true, itemStyle: { color: "transparent" }, data: bars.map((bar) => bar.from) },
      {
        type: "bar", stack: "bridge", barMaxWidth: 64,
        label: { show: true, position: "top", color: colour("ink"), formatter: ({ dataIndex }) => short(bars[dataIndex].value, unit) },
        data: bars.map((bar) => ({ value: bar.size, itemStyle: { color: colour(bar.name) } })),
      },
    ],
  };
}

/* ---- CSV: what is shown, all of its rows ------------------------------------------------------------------------ */

function csvOf(figure) {
  const dataset = pack.page.datasets[figure.dataset];
  const field = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  // A spreadsheet must not take a name for a formula.
  const safe = (value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
  const places = (scale) => String(scale).length - 1;
  const lines = [[...figure.by.map(([, label]) => label), ...measuresOf(figure)].map(field)];
  for (const row of rowsOf(figure)) {
    lines.push([
      ...row.key.map((value, index) => field(safe(called(dataset, figure.by[index][0], value)))),
      ...measuresOf(figure).map((name) => (row.sums[name] === null ? "" : (row.sums[name] / dataset.measures[name].scale).toFixed(places(dataset.measures[name].scale)))),
    ]);
  }
  return lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
}

function saveCsv(name) {
  const link = element("a", { href: URL.createObjectURL(new Blob([csvOf(pack.page.figures[name])], { type: "text/csv" })), download: `${pack.page.name}-${name}.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/* ---- The page --------------------------------------------------------------------------------------------------- */

function begin() {
  const at = readAddress();
  for (const name of ["facility", "period", "currency"]) {
    document.getElementById(`choose-${name}`)?.addEventListener("change", (event) => { location.hash = address({ [name]: event.target.value }); });
  }
  for (const button of document.querySelectorAll("[data-csv]")) button.addEventListener("click", () => saveCsv(button.dataset.csv));
  document.getElementById("print").addEventListener("click", () => window.print());
  window.addEventListener("hashchange", () => { readAddress(); draw(); });
  window.addEventListener("resize", () => resize());
  window.addEventListener("beforeprint", () => resize(640));
  window.addEventListener("afterprint", () => resize());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
  if (at) document.getElementById(at)?.scrollIntoView();
}

begin();

"use strict";
(() => {
  // Tables sort by their column heads: numbers by their value, everything else as text.
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value ?? cell.textContent;
  };
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    if (a === "" || b === "") return (a === "") - (b === "");
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
  };
  const sort = (table, head) => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const column = head.cellIndex;
    const missing = (row) => value(row, column) === "";
    const rows = [...table.tBodies[0].rows].sort((a, b) =>
      missing(a) || missing(b)
        ? missing(a) - missing(b)
        : (up ? 1 : -1) * compare(value(a, column), value(b, column)));
    table.tBodies[0].append(...rows);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head));
    }
  }

  // What is pointed at is named, and its trial is shown in every figure and table.
  const details = (trial) => {
    const row = document.querySelector(`#all-trials tr[data-trial="${trial}"]`);
    if (!row) return "";
    const heads = row.closest("table").tHead.rows[0].cells;
    return [...row.cells].slice(1).map((cell, i) => [heads[i + 1].textContent, cell.textContent])
      .filter(([, text]) => text !== "–").map((pair) => `\n${pair.join(": ")}`).join("");
  };
  for (const title of document.querySelectorAll("svg g title, svg use title, svg path title")) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.append(tip);
  let lit = [];
  const leave = () => {
    tip.hidden = true;
    for (const element of lit) element.classList.remove("lit");
    lit = [];
  };
  const point = (event) => {
    leave();
    const mark = event.target.closest("[data-tip], tr[data-trial]");
    if (!mark) return;
    const trial = mark.dataset.trial;
    if (trial !== undefined) {
      lit = [...document.querySelectorAll(`[data-trial="${trial}"]`)];
      for (const element of lit) element.classList.add("lit");
    }
    if (!mark.dataset.tip) return;
    tip.textContent = mark.dataset.tip + (trial === undefined ? "" : details(trial));
    tip.hidden = false;
    const { clientX: x, clientY: y } = event;
    tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 18}px`;
  };
  document.addEventListener("pointerover", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("scroll", leave, { passive: true });
})();

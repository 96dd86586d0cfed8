"use strict";
const cards = [...document.querySelectorAll("details.case")];
const filters = [...document.querySelectorAll("form.filters select, form.filters input")];
const count = document.querySelector("#shown");

function fits(card) {
  return filters.every((filter) => {
    if (filter.value === "") return true;
    if (filter.type === "search") return card.textContent.toLowerCase().includes(filter.value.toLowerCase());
    return JSON.parse(card.dataset[filter.name]).includes(filter.value);
  });
}

function apply() {
  let shown = 0;
  for (const card of cards) {
    card.hidden = !fits(card);
    shown += card.hidden ? 0 : 1;
  }
  count.textContent = `${shown} of ${cards.length} cases`;
}

for (const filter of filters) filter.addEventListener("input", apply);
document.querySelector("form.filters").addEventListener("submit", (event) => event.preventDefault());
document.querySelector("form.filters").hidden = false;
apply();

/* Finding in the dictionary: a table is shown when every word that was typed stands somewhere in it. */
"use strict";

const entries = [...document.querySelectorAll(".entry")].map((place) => [place, place.textContent.toLowerCase()]);

function find() {
  const words = document.getElementById("wanted").value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const [place, text] of entries) {
    const fits = words.every((word) => text.includes(word));
    place.hidden = !fits;
    found += fits;
  }
  document.getElementById("found").textContent = `${found} of ${entries.length} tables`;
}

/** A link to a table opens it. */
function open() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!place) return;
  place.querySelector("details").open = true;
  place.scrollIntoView();
}

document.getElementById("wanted").addEventListener("input", find);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", open);
find();
open();

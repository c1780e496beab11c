"use strict";
(() => {
  const cards = [...document.querySelectorAll(".card")];
  const marksByCard = new Map(cards.map((card) => [card.id, []]));
  for (const mark of document.querySelectorAll(".mark")) {
    for (const name of mark.dataset.cards.split(" ")) marksByCard.get(name).push(mark);
  }
  const link = (elements, isOn) => elements.forEach((element) => element.classList.toggle("linked", isOn));
  const watch = (element, others) => {
    for (const [start, end] of [["mouseenter", "mouseleave"], ["focusin", "focusout"]]) {
      element.addEventListener(start, () => link(others, true));
      element.addEventListener(end, () => link(others, false));
    }
  };
  for (const card of cards) watch(card, marksByCard.get(card.id));
  for (const mark of document.querySelectorAll(".mark")) {
    watch(mark, mark.dataset.cards.split(" ").map((name) => document.getElementById(name)));
  }
  for (const card of cards) {
    card.addEventListener("click", (event) => {
      if (!event.target.closest("a") && !String(getSelection())) reveal(card);
    });
  }
  const reveal = (card) => {
    card.focus({ preventScroll: true });
    const marks = marksByCard.get(card.id);
    if (marks.length) marks[0].scrollIntoView({ block: "nearest" });
    card.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || !cards.length) return;
    const here = cards.indexOf(document.activeElement && document.activeElement.closest(".card"));
    const next = here < 0 ? (step > 0 ? 0 : cards.length - 1) : here + step;
    reveal(cards[Math.min(cards.length - 1, Math.max(0, next))]);
  });
})();

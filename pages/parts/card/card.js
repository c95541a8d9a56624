// Lines of text and clocks. People's words only ever become text nodes.

class Card {
  constructor(parent) {
    this.root = element("div", "card");
    parent.appendChild(this.root);
    this.ticking = setInterval(() => tick(this.root), 1_000);
  }

  update(data) {
    const shown = JSON.stringify(data);
    if (shown === this.shown) return;
    this.shown = shown;
    this.data = data;
    this.times = new Times(data.language, data.timezone ?? undefined);
    this.root.lang = data.language;
    this.root.replaceChildren(...data.lines.map((line) => this.renderLine(line)));
  }

  renderLine({ runs, tone }) {
    const made = element(tone === "title" ? "h1" : "div", `line is-${tone}`);
    made.append(...runs.map((run) => this.renderRun(run)));
    return made;
  }

  renderRun(run) {
    if (run.as === "time") return this.renderTime(new Date(run.at));
    if (run.as === "clock") return clockElement({ ...run, day: this.data.day }, this.times);
    if (run.as === "link") return this.renderLink(run.text);
    const made = words("span", run.as, run.text);
    if (run.as === "current") made.setAttribute("aria-current", "step");
    return made;
  }

  renderTime(at) {
    const isToday = this.times.day(at) === this.times.day(new Date(now()));
    const shown = isToday ? undefined : `${this.times.day(at)} ${this.times.clock(at)}`;
    return this.times.element(at, shown);
  }

  renderLink(address) {
    const made = element("a", "link", address);
    // The record holds web addresses only; a past one that does not is shown and not linked.
    if (/^https?:\/\//.test(address)) made.href = address;
    made.target = "_blank";
    made.rel = "noopener noreferrer";
    return made;
  }

  stop() {
    clearInterval(this.ticking);
    this.root.remove();
  }
}

const cards = new WeakMap();

export default function ({ parentElement, data }) {
  if (!cards.has(parentElement)) cards.set(parentElement, new Card(parentElement));
  cards.get(parentElement).update(data);
  return () => {
    cards.get(parentElement)?.stop();
    cards.delete(parentElement);
  };
}

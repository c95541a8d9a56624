// The live timeline: shows entries, newest first, and adds those that come by itself.
// People's words only ever become text nodes.

const LARGEST_LIST = 1_000;
const TRIGGER_AFTER_MS = 100;
const ENTRY_EVENT = "shikikan:entry";

class Timeline {
  constructor(parent) {
    this.parent = parent;
    this.rows = new Map(); // seq -> {entry, row, amendments}
    this.waiting = new Map(); // seq of an entry not here yet -> its amendments
    this.days = new Map(); // day -> list of its rows, the newest day first
    this.newest = 0;
    this.build();
    this.feed = new Feed({
      entry: (entry) => this.addLive(entry),
      state: (state) => this.showState(state),
      needTicket: () => inTurn(() => this.trigger?.("ticket", Date.now())),
    });
    this.ticking = setInterval(() => tick(this.root), 1_000);
  }

  build() {
    this.root = element("section", "timeline");
    this.head = element("div", "head");
    this.clocks = element("div", "clocks");
    this.filter = element("input", "filter");
    this.filter.type = "search";
    this.filter.addEventListener("input", () => this.applyFilter());
    this.filter.addEventListener("keydown", (event) => {
      // Escape empties the box, and nothing of the page's own keys happens meanwhile.
      if (event.key === "Escape") { this.filter.value = ""; this.applyFilter(); }
      event.stopPropagation();
    });
    this.count = element("span", "count");
    this.count.setAttribute("role", "status");
    this.state = element("span", "state");
    this.state.setAttribute("role", "status");
    this.head.append(this.filter, this.count, this.state);
    this.log = element("div", "log");
    this.log.tabIndex = 0;
    this.log.setAttribute("role", "log");
    this.log.setAttribute("aria-relevant", "additions");
    this.empty = element("p", "empty");
    this.more = element("p", "empty");
    this.root.append(this.clocks, this.head, this.empty, this.log, this.more);
    this.parent.appendChild(this.root);
  }

  update(data, trigger) {
    this.trigger = trigger;
    const isNew = this.data === undefined;
    if (!isNew && JSON.stringify(data) === this.shown) return;
    this.shown = JSON.stringify(data);
    const isOther = !isNew && data.incident_id !== this.data.incident_id;
    const isRestyled = !isNew
      && (data.language !== this.data.language || data.timezone !== this.data.timezone);
    this.data = data;
    this.times = new Times(data.language, data.timezone ?? undefined);
    const known = isRestyled && !isOther ? [...this.rows.values()].map((kept) => kept.entry) : [];
    if (isOther || isRestyled) this.clear();
    this.label();
    this.clocks.replaceChildren(...data.clocks.map((spec) => clockElement(spec, this.times)));
    this.addAll([...known, ...data.entries]);
    if (isOther) this.feed.stop();
    if (isNew || isOther) this.feed.start(data.live_url, this.newest);
    else this.feed.readdress(data.live_url);
  }

  label() {
    const { labels, height } = this.data;
    this.root.lang = this.data.language;
    this.log.setAttribute("aria-label", labels.timeline);
    this.filter.placeholder = labels.filter;
    this.filter.setAttribute("aria-label", labels.filter);
    this.empty.textContent = labels.empty;
    this.more.textContent = this.data.has_older ? labels.older : "";
    this.log.style.maxHeight = `${height}px`;
    this.showState(this.currentState ?? "connecting");
  }

  clear() {
    this.rows.clear();
    this.waiting.clear();
    this.days.clear();
    this.newest = 0;
    this.log.replaceChildren();
  }

  // --- Entries ---------------------------------------------------------------------------------

  addAll(entries) {
    // A page of the past is not read out; what comes afterwards is.
    this.log.setAttribute("aria-live", "off");
    const fresh = entries.filter((entry) => !this.rows.has(entry.seq));
    fresh.sort((one, other) => one.seq - other.seq);
    if (fresh.length && fresh[0].seq < this.newest) {
      fresh.push(...[...this.rows.values()].map((kept) => kept.entry));
      fresh.sort((one, other) => one.seq - other.seq);
      this.clear();
    }
    for (const entry of fresh) this.add(entry);
    this.applyFilter();
    this.log.setAttribute("aria-live", "polite");
  }

  addLive(entry) {
    if (!this.rows.has(entry.seq)) {
      const kept = this.add(entry);
      kept.row.classList.add("is-new");
      this.filterRow(kept);
      this.showCount();
    }
    const detail = { incidentId: this.data.incident_id, kind: entry.kind, seq: entry.seq };
    window.dispatchEvent(new CustomEvent(ENTRY_EVENT, { detail }));
    if (this.data.structural.some((prefix) => entry.kind.startsWith(prefix))) this.tell(entry.seq);
  }

  // Several entries of one moment cause one rerun.
  tell(seq) {
    this.told = Math.max(this.told ?? 0, seq);
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      inTurn(() => this.trigger("changed", this.told));
    }, TRIGGER_AFTER_MS);
  }

  add(entry) {
    const recorded = new Date(entry.recorded_at);
    const kept = { entry, row: this.renderRow(entry, recorded), amendments: [] };
    this.rows.set(entry.seq, kept);
    this.newest = Math.max(this.newest, entry.seq);
    this.findDay(this.times.day(recorded)).prepend(kept.row);
    for (const amendment of this.waiting.get(entry.seq) ?? []) this.amend(kept, amendment);
    this.waiting.delete(entry.seq);
    if (entry.amends) this.addAmendment(entry);
    this.dropOldest();
    return kept;
  }

  findDay(day) {
    if (!this.days.has(day)) {
      const list = element("div", "rows");
      const section = element("div", "day");
      section.append(element("div", "day-name", day), list);
      this.log.prepend(section);
      this.days.set(day, list);
    }
    return this.days.get(day);
  }

  renderRow(entry, recorded) {
    const { labels } = this.data;
    const row = element("div", "row");
    row.dataset.seq = entry.seq;
    row.dataset.kind = entry.kind;
    const body = element("div", "body");
    const line = element("div", "line");
    line.append(words("span", "actor", this.nameOf(entry)));
    if (entry.amends) line.append(element("span", "tag", `${labels.amends} #${entry.amends}`));
    const occurred = new Date(entry.occurred_at);
    if (Math.abs(occurred - recorded) >= MINUTE_MS) {
      const tag = element("span", "tag", `${labels.backdated} `);
      const isSameDay = this.times.day(occurred) === this.times.day(recorded);
      const shown = isSameDay ? undefined : `${this.times.day(occurred)} ${this.times.clock(occurred)}`;
      tag.append(this.times.element(occurred, shown));
      line.append(tag);
    }
    if (entry.late) line.append(element("span", "tag", labels.late));
    body.append(line, words("div", "words", this.textOf(entry)));
    row.append(this.times.element(recorded), body);
    return row;
  }

  textOf(entry) { return entry.texts?.[this.data.language] ?? entry.text; }

  nameOf(entry) {
    if (!entry.actor) return this.data.labels.system;
    return this.data.people[entry.actor] ?? entry.actor;
  }

  addAmendment(amendment) {
    const original = this.rows.get(amendment.amends);
    if (original) this.amend(original, amendment);
    else this.waiting.set(amendment.amends, [...(this.waiting.get(amendment.amends) ?? []), amendment]);
  }

  // The original stays as it was; its correction stands beneath it.
  amend(original, amendment) {
    const note = element("div", "amendment");
    note.dataset.seq = amendment.seq;
    note.append(
      element("span", "tag", this.data.labels.amended),
      this.times.element(new Date(amendment.recorded_at)),
      words("span", "actor", this.nameOf(amendment)),
      words("div", "words", this.textOf(amendment)),
    );
    original.row.classList.add("is-amended");
    original.row.querySelector(".body").append(note);
    original.amendments.push(amendment);
  }

  dropOldest() {
    while (this.rows.size > LARGEST_LIST) {
      const [seq, kept] = this.rows.entries().next().value;
      const list = kept.row.parentElement;
      kept.row.remove();
      this.rows.delete(seq);
      if (!list.firstChild) this.dropDay(list);
    }
  }

  dropDay(list) {
    list.parentElement.remove();
    for (const [day, kept] of this.days) if (kept === list) this.days.delete(day);
  }

  // --- Around them -----------------------------------------------------------------------------

  applyFilter() {
    for (const kept of this.rows.values()) this.filterRow(kept);
    for (const list of this.days.values()) {
      list.parentElement.hidden = ![...list.children].some((row) => !row.hidden);
    }
    this.showCount();
  }

  filterRow({ entry, row, amendments }) {
    const fold = (text) => text.normalize("NFKC").toLocaleLowerCase();
    const wanted = fold(this.filter.value.trim());
    const said = () => [entry, ...amendments]
      .map((one) => `${this.nameOf(one)} ${this.textOf(one)}`).join(" ");
    row.hidden = Boolean(wanted) && !fold(said()).includes(wanted);
    if (!row.hidden) row.closest(".day").hidden = false;
  }

  showCount() {
    const isFiltered = Boolean(this.filter.value.trim());
    const found = () => this.log.querySelectorAll(".row:not([hidden])").length;
    this.count.textContent = isFiltered ? `${found()} / ${this.rows.size}` : "";
    this.empty.hidden = this.rows.size > 0;
    this.more.hidden = !this.more.textContent;
  }

  showState(state) {
    this.currentState = state;
    this.root.dataset.state = state;
    const text = this.data?.labels.states[state] ?? "";
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  stop() {
    clearInterval(this.ticking);
    clearTimeout(this.telling);
    this.feed.stop();
    this.root.remove();
  }
}

const timelines = new WeakMap();

// Streamlit calls this again whenever the data or the theme changed, and its cleanup only when the
// element leaves the page; so the timeline is kept with the element and brought up to date.
export default function ({ parentElement, data, setTriggerValue }) {
  if (!timelines.has(parentElement)) timelines.set(parentElement, new Timeline(parentElement));
  timelines.get(parentElement).update(data, setTriggerValue);
  return () => {
    timelines.get(parentElement)?.stop();
    timelines.delete(parentElement);
  };
}

// The live feed of one incident, read as server-sent events through fetch rather than EventSource:
// so that a refused ticket can be told from a lost line, the last seen seq goes along however the
// line was lost, and a line that died silently (a laptop that slept) is noticed.

const SILENT_MS = 40_000; // The server says something at least every 15 s.
const HIDDEN_MS = 30_000; // A hidden page gives its connection back: browsers have six per server.
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

class Feed {
  // `on` has entry(entry), state("live" | "reconnecting" | "paused"), needTicket().
  constructor(on) {
    this.on = on;
    this.url = null;
    this.last = 0;
    this.failures = 0;
    this.isStopped = true;
    this.isPaused = false;
    this.onVisibility = () => this.noteVisibility();
    this.onOnline = () => this.hurry();
  }

  start(url, last) {
    this.url = url;
    this.last = last;
    this.isStopped = false;
    document.addEventListener("visibilitychange", this.onVisibility);
    window.addEventListener("online", this.onOnline);
    void this.run();
  }

  // A new address is used from the next connection on; an open one stays open.
  readdress(url) {
    if (url === this.url) return;
    this.url = url;
    this.hurry();
  }

  stop() {
    this.isStopped = true;
    document.removeEventListener("visibilitychange", this.onVisibility);
    window.removeEventListener("online", this.onOnline);
    clearTimeout(this.hiddenTimer);
    this.abort();
    this.hurry();
  }

  abort() { this.controller?.abort(); }

  // Ends a wait between two attempts.
  hurry() { this.endWait?.(); }

  noteVisibility() {
    clearTimeout(this.hiddenTimer);
    if (document.visibilityState === "hidden") {
      this.hiddenTimer = setTimeout(() => { this.isPaused = true; this.abort(); }, HIDDEN_MS);
      return;
    }
    this.isPaused = false;
    this.failures = 0;
    this.hurry();
  }

  async run() {
    while (!this.isStopped) {
      if (!this.isPaused) await this.connect();
      if (this.isStopped) return;
      this.on.state(this.isPaused ? "paused" : "reconnecting");
      await this.wait();
    }
  }

  wait() {
    const longest = Math.min(FIRST_WAIT_MS * 2 ** this.failures, LONGEST_WAIT_MS);
    this.failures += 1;
    // Spread, so that forty boards do not return to a restarted server in the same instant.
    const waitMs = this.isPaused ? 2 ** 31 - 1 : longest * (0.5 + Math.random() / 2);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.endWait = () => { clearTimeout(timer); resolve(); };
    });
  }

  async connect() {
    this.controller = new AbortController();
    try {
      const answer = await fetch(this.url, {
        headers: { Accept: "text/event-stream", "Last-Event-ID": String(this.last) },
        cache: "no-store",
        credentials: "same-origin",
        signal: this.controller.signal,
      });
      noteServerDate(answer.headers.get("date"));
      if (answer.status === 401 || answer.status === 403) this.on.needTicket();
      if (!answer.ok || !answer.body) return;
      this.failures = 0;
      this.on.state("live");
      await this.read(answer.body.getReader());
    } catch {
      // The line was lost or given up; the loop tries again, and the viewer is told.
    } finally {
      clearTimeout(this.silence);
      this.abort();
    }
  }

  async read(reader) {
    const decoder = new TextDecoder();
    let unread = "";
    for (;;) {
      clearTimeout(this.silence);
      this.silence = setTimeout(() => this.abort(), SILENT_MS);
      const { value, done } = await reader.read();
      if (done) return;
      unread += decoder.decode(value, { stream: true });
      const events = unread.split("\n\n");
      unread = events.pop();
      for (const event of events) this.take(event);
    }
  }

  take(event) {
    let data = "";
    let kind = "";
    for (const line of event.split("\n")) {
      if (line.startsWith("data: ")) data += line.slice(6);
      else if (line.startsWith("event: ")) kind = line.slice(7);
    }
    if (kind !== "entry" || !data) return;
    const entry = JSON.parse(data);
    if (entry.seq <= this.last) return;
    this.last = entry.seq;
    this.on.entry(entry);
  }
}

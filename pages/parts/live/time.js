// Shared by the components of this folder: Streamlit loads a component's script as one module that
// can import nothing, so Python puts this text in front of each.

const MINUTE_MS = 60_000;

// How far this machine's clock is behind the server's, in ms. Small differences are left alone:
// the header that tells us is cut to a second.
function noteServerDate(header) {
  const serverNow = Date.parse(header ?? "");
  if (Number.isNaN(serverNow)) return;
  const behind = serverNow - Date.now();
  window.shikikanClockBehindMs = Math.abs(behind) > 2_000 ? behind : 0;
}

function now() {
  return Date.now() + (window.shikikanClockBehindMs ?? 0);
}

// Does what triggers reruns one at a time, each after the one before has ended. Streamlit sends all
// that changed in one tick together and then reruns one fragment only; and of two fragment runs that
// follow each other without a pause, the first does not clear away the elements that it no longer has.
const TURN_MS = 10;
const LONGEST_TURN_MS = 2_000;

async function inTurn(action) {
  const before = window.shikikanTurn ?? Promise.resolve();
  let end;
  window.shikikanTurn = new Promise((resolve) => { end = resolve; });
  await before;
  try {
    await until(() => !isRunning(), LONGEST_TURN_MS);
    action();
    // Streamlit asks for the run a few ticks later; a very short one may be over unseen.
    await until(isRunning, 10 * TURN_MS);
    await until(() => !isRunning(), LONGEST_TURN_MS);
  } finally {
    end();
  }
}

function isRunning() {
  const busy = "[data-test-script-state=running], [data-test-script-state=rerunRequested]";
  return document.querySelector(busy) !== null;
}

async function until(isSo, longestMs) {
  const giveUpAt = performance.now() + longestMs;
  while (!isSo() && performance.now() < giveUpAt) {
    await new Promise((resolve) => { setTimeout(resolve, TURN_MS / 2); });
  }
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// People's words: shown exactly, in their own direction.
function words(tag, className, text) {
  const made = element(tag, className, text);
  made.dir = "auto";
  return made;
}

class Times {
  constructor(language, timezone) {
    const options = timezone ? { timeZone: timezone } : {};
    const format = (more) => new Intl.DateTimeFormat(language, { ...options, ...more });
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    this.clockFormat = format(clock);
    this.dayFormat = format({ weekday: "short", year: "numeric", month: "short", day: "numeric" });
    this.exactFormat = format({
      ...clock, second: "2-digit", timeZoneName: "longOffset",
      weekday: "short", year: "numeric", month: "short", day: "numeric",
    });
  }

  clock(at) { return this.clockFormat.format(at); }

  day(at) { return this.dayFormat.format(at); }

  // The date and time here with its offset, and the same instant in UTC.
  exact(at) {
    const utc = at.toISOString().replace("T", " ").slice(0, 19);
    return `${this.exactFormat.format(at)} (${utc} UTC)`;
  }

  element(at, shown) {
    const made = element("time", "", shown ?? this.clock(at));
    made.dateTime = at.toISOString();
    made.title = this.exact(at);
    return made;
  }
}

// 41:07, 1:02:09, 3 d 04:00:12; cut, not rounded.
function duration(milliseconds, dayLabel) {
  const whole = Math.floor(Math.abs(milliseconds) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor(whole / 3_600) % 24;
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  if (days) return `${days} ${dayLabel} ${two(hours)}:${rest}`;
  return hours ? `${hours}:${rest}` : rest;
}

// One clock: counts from `since`, or down to `due_at` and then the time over.
// `spec` is {label, since | due_at, overdue, day}; `overdue` has a place {time}.
function clockElement(spec, times) {
  const made = element("span", "clock");
  if (spec.label) made.append(element("span", "clock-label", spec.label));
  const value = element("span", "clock-value");
  const at = new Date(spec.due_at ?? spec.since);
  value.title = times.exact(at);
  if (spec.due_at) value.dataset.dueAt = spec.due_at;
  else value.dataset.since = spec.since;
  value.dataset.overdue = spec.overdue ?? "{time}";
  value.dataset.day = spec.day ?? "d";
  value.setAttribute("role", "timer");
  value.setAttribute("aria-live", "off");
  made.append(value);
  tick(made);
  return made;
}

// Brings every clock under `root` to the present.
function tick(root) {
  for (const value of root.querySelectorAll("[data-due-at], [data-since]")) {
    const { dueAt, since, overdue, day } = value.dataset;
    const left = dueAt ? Date.parse(dueAt) - now() : now() - Date.parse(since);
    const isOver = Boolean(dueAt) && left < 0;
    const shown = duration(Math.max(left, isOver ? left : 0), day);
    const text = isOver ? overdue.replace("{time}", shown) : shown;
    if (value.textContent !== text) value.textContent = text;
    value.classList.toggle("is-over", isOver);
    value.classList.toggle("is-near", Boolean(dueAt) && !isOver && left < 5 * MINUTE_MS);
  }
}

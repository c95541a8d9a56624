// Reruns the fragment that it stands in when an entry of certain kinds reaches this page's timeline.

// What an entry is about is drawn first, what it only touches once that is done.
const TRIGGER_AFTER_MS = 100;
const TRIGGER_LATER_MS = 180;
const ENTRY_EVENT = "shikikan:entry";

const followers = new WeakMap();

class Follower {
  constructor() {
    this.listen = (event) => this.note(event.detail);
    window.addEventListener(ENTRY_EVENT, this.listen);
  }

  note({ incidentId, kind, seq }) {
    if (incidentId !== this.data.incident_id) return;
    const isOf = (kinds) => kinds.some((prefix) => kind.startsWith(prefix));
    const isSoon = isOf(this.data.kinds);
    if (!isSoon && !isOf(this.data.later)) return;
    this.told = Math.max(this.told ?? 0, seq);
    if (isSoon && this.isLater) this.forget();
    this.isLater = !isSoon;
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      inTurn(() => this.trigger("changed", this.told));
    }, isSoon ? TRIGGER_AFTER_MS : TRIGGER_LATER_MS);
  }

  forget() {
    clearTimeout(this.telling);
    this.telling = undefined;
  }

  stop() {
    this.forget();
    window.removeEventListener(ENTRY_EVENT, this.listen);
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  if (!followers.has(parentElement)) followers.set(parentElement, new Follower());
  Object.assign(followers.get(parentElement), { data, trigger: setTriggerValue });
  return () => {
    followers.get(parentElement)?.stop();
    followers.delete(parentElement);
  };
}

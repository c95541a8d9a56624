// Reruns the fragment that it stands in when an entry of certain kinds reaches this page's timeline.

const TRIGGER_AFTER_MS = 100;
const ENTRY_EVENT = "shikikan:entry";

const followers = new WeakMap();

class Follower {
  constructor() {
    this.listen = (event) => this.note(event.detail);
    window.addEventListener(ENTRY_EVENT, this.listen);
  }

  note({ incidentId, kind, seq }) {
    if (incidentId !== this.data.incident_id) return;
    if (!this.data.kinds.some((prefix) => kind.startsWith(prefix))) return;
    this.told = Math.max(this.told ?? 0, seq);
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      inTurn(() => this.trigger("changed", this.told));
    }, TRIGGER_AFTER_MS);
  }

  stop() {
    clearTimeout(this.telling);
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

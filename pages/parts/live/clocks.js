// Clocks that tick in the browser, for cards: time since, time left, time over.

const shown = new WeakMap();

export default function ({ parentElement, data }) {
  if (!shown.has(parentElement)) {
    const root = element("div", "clocks");
    parentElement.appendChild(root);
    shown.set(parentElement, { root, ticking: setInterval(() => tick(root), 1_000) });
  }
  const { root } = shown.get(parentElement);
  const times = new Times(data.language, data.timezone ?? undefined);
  root.lang = data.language;
  root.replaceChildren(...data.clocks.map((spec) => clockElement(spec, times)));
  return () => {
    const kept = shown.get(parentElement);
    clearInterval(kept?.ticking);
    kept?.root.remove();
    shown.delete(parentElement);
  };
}

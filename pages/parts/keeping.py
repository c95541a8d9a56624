"""What was typed into a form and not sent is there again when its page is opened again.

The browser tells the server a form's fields only when the form is sent, and Streamlit forgets the
fields of a page that is left. So the texts are kept in the browser's memory, by form and by the
opening of the form: after success there is a new opening, and nothing old comes back. They go with
the window and with a reload, and are stored nowhere.
"""

import uuid

import streamlit as st

_keeper = st.components.v2.component(
    "shikikan.keeper",
    js="""
    const kept = new Map();
    const OURS = "[data-testid=stTextInput], [data-testid=stTextArea], [data-testid=stNumberInput]";
    const bound = new WeakMap();
    const nameOf = (field) =>
      field.closest(OURS) && /st-key-\\S+/.exec(field.closest("[class*=st-key-]").className)[0];
    const put = (field, text) => {
      const kind = field.matches("textarea") ? HTMLTextAreaElement : HTMLInputElement;
      Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const formOf = (element) =>
      (element.getRootNode().host ?? element).closest("[data-testid=stForm]");

    function bind(form, name) {
      const seen = new WeakSet();
      const note = ({ target }) => {
        const field = nameOf(target);
        if (field) kept.get(name).texts.set(field, target.value);
      };
      const look = () => {
        for (const field of form.querySelectorAll("input, textarea")) {
          if (seen.has(field)) continue;
          seen.add(field);
          const text = kept.get(name).texts.get(nameOf(field));
          if (text !== undefined && text !== field.value) put(field, text);
        }
      };
      form.addEventListener("input", note);
      const watch = new MutationObserver(look);
      watch.observe(form, { childList: true, subtree: true });
      look();
      return () => { watch.disconnect(); form.removeEventListener("input", note); };
    }

    export default function ({ parentElement, data }) {
      if (kept.get(data.form)?.opening !== data.opening) {
        kept.set(data.form, { opening: data.opening, texts: new Map() });
      }
      if (!bound.has(parentElement)) {
        const form = formOf(parentElement);
        if (form) bound.set(parentElement, bind(form, data.form));
      }
      return () => {
        bound.get(parentElement)?.();
        bound.delete(parentElement);
      };
    }
    """,
)


def keep_typed(form: str) -> None:
    """Keep what is typed into the `st.form` that this stands in.

    Args:
        form: a name of its own, which says whose incident it is about.
    """
    opening = st.session_state.setdefault(_key(form), uuid.uuid4().hex)
    _keeper(data={"form": form, "opening": opening}, key=f"{form}-keeper", height=1)


def forget_typed(form: str) -> None:
    """Begin the form anew: it was sent."""
    st.session_state.pop(_key(form), None)


def _key(form: str) -> str:
    return f"{form}-opening"

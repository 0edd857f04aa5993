// A row of elements brought to what is wanted: those that are there stay where they are and keep their
// focus, new ones are made between them, the others go.

// wanted: { key, make } of each, in order.
export function keep(parent, wanted) {
  const there = new Map([...parent.children].map((element) => [element.dataset.keep, element]));
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  let next = parent.firstElementChild;
  for (const { key, make } of wanted) {
    const element = there.get(key) ?? make();
    there.delete(key);
    element.dataset.keep = key;
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
  for (const element of there.values()) element.remove();
  if (focused?.isConnected && focused !== document.activeElement) focused.focus();
}

// Elements are built, never parsed: a text can only become a text node.

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const fileSize = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

export const unseen = (text) => h("span", { class: "unseen" }, text);

export async function post(path, body) {
  const answer = await fetch(`/sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const result = await answer.json();
  if (!answer.ok || result?.ok === false) throw new Error(result.error);
  return result;
}

export async function get(path, query) {
  const answer = await fetch(`/sandbox/${path}?${new URLSearchParams(query)}`);
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error);
  return result;
}

// Replace only those children whose source changed, so that focus and open menus stay.
export function reconcile(parent, items, build) {
  const old = new Map([...parent.children].map((child) => [child.dataset.id, child]));
  const nodes = items.map((item) => {
    const source = JSON.stringify(item);
    const known = old.get(item.id);
    if (known?.source === source) return known;
    const node = build(item);
    node.dataset.id = item.id;
    node.source = source;
    return node;
  });
  const kept = new Set(nodes);
  [...parent.children].filter((child) => !kept.has(child)).forEach((child) => child.remove());
  nodes.forEach((node, place) => {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  });
}

// A file that a person chose, before it is sent with a modal.
export async function upload(user, file) {
  const answer = await fetch(`/sandbox/upload?${new URLSearchParams({ user, name: file.name })}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: await file.arrayBuffer(),
  });
  const result = await answer.json();
  if (!answer.ok || result?.ok === false) throw new Error(result.error);
  return result;
}

// Boxes to write in, and buttons that take a while.

export function compose(form, input, error, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    error.textContent = "";
    input.value = "";
    size(input);
    const done = await send(text, (words) => { error.textContent = words; });
    if (!done && !input.value) input.value = text; // refused: it can be mended and sent again
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  input.addEventListener("input", () => {
    error.textContent = "";
    size(input);
  });
}

function size(input) {
  input.rows = Math.min(8, input.value.split("\n").length);
}

export function pressed(button, act) {
  button.addEventListener("click", async () => {
    const idle = button.getAttribute("aria-busy") !== "true";
    if (!idle || button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-busy", "true");
    await act();
    button.removeAttribute("aria-busy");
  });
}

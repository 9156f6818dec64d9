// A second click on a button must not send a form twice.
{
  const againAfter = 10_000;
  const pressed = new Set();
  const release = () => {
    for (const button of pressed) button.disabled = false;
    pressed.clear();
  };

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    // What htmx sends it guards itself.
    if (!button || event.defaultPrevented) return;
    // Later, for a disabled button's name and value would not be sent.
    setTimeout(() => {
      button.disabled = true;
      pressed.add(button);
    });
    // An answer that is a file leaves the page as it is.
    setTimeout(release, againAfter);
  });

  // The page may come back out of the browser's memory.
  window.addEventListener("pageshow", release);
}

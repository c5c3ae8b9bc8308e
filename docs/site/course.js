// A widget in a frame says how high it is.
addEventListener("message", ({ source, data }) => {
  for (const frame of document.querySelectorAll("iframe.widget")) {
    if (frame.contentWindow === source && Number.isFinite(data?.barpropHeight)) {
      frame.style.height = `${Math.ceil(data.barpropHeight)}px`;
    }
  }
});

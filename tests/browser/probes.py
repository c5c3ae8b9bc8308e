"""JavaScript that the browser tests run in the page, each a function of a widget's <section>."""

from __future__ import annotations

START_DRAG = """(section) => {
  const log = window.barpropDrag = {frames: [], painted: [], waited: [], heights: [], blanks: 0, sent: 0, on: true};
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  log.heard = (_, message) => { if (message.direction === 'send') log.sent += 1; };
  kernel.anyMessage.connect(log.heard);
  log.stop = () => { log.on = false; kernel.anyMessage.disconnect(log.heard); };
  const moved = () => {
    const start = performance.now();
    requestAnimationFrame(() => {   // a message sent in a frame arrives when that frame has been painted
      log.waited.push(performance.now() - start);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => log.painted.push(performance.now() - start);
      channel.port2.postMessage(0);
    });
  };
  section.addEventListener('pointermove', moved, true);
  const pictures = () => [...section.querySelectorAll('svg.bp-picture')].filter((one) => one.getClientRects().length);
  const tick = (now) => {
    if (!log.on) { section.removeEventListener('pointermove', moved, true); return; }
    log.frames.push(now);
    log.heights.push(section.getBoundingClientRect().height);
    if (pictures().some((picture) => picture.childElementCount === 0)) log.blanks += 1;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""

FRAME = "() => new Promise(done => requestAnimationFrame(done))"

TAB_STOPS = """(section) => {
  const stops = [...section.querySelectorAll('input, select, button, [tabindex="0"]')].filter(
    (one) => !one.disabled && one.getAttribute('tabindex') !== '-1' && one.checkVisibility({visibilityProperty: true}));
  stops.forEach((one, index) => { one.dataset.stop = index; });
  return stops.map((one) => one.tagName.toLowerCase() + ':' + (one.type || ''));
}"""

NAMELESS = """(section) => [...section.querySelectorAll('input, select, button, [tabindex="0"]')].filter((one) => !(
  one.getAttribute('aria-label') || one.textContent.trim() || one.closest('label')?.textContent.trim()
)).map((one) => one.outerHTML)"""

TINY = """(section) => {
  const tiny = [];
  for (const one of section.querySelectorAll('*')) {
    const own = [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    const scale = one.ownerSVGElement ? one.ownerSVGElement.getScreenCTM().a : 1;
    const size = parseFloat(getComputedStyle(one).fontSize) * scale;
    if (own && size < 11.9) tiny.push(`${one.textContent.trim()} ${size}`);
  }
  return tiny;
}"""

CLIPPED = """(section) => {
  const out = [];
  const frame = section.getBoundingClientRect();
  const kinds = 'text, .bp-chip, input, select, button, .bp-row > *, .bp-dial > *, p, td, th';
  for (const one of section.querySelectorAll(kinds)) {
    if (one.closest('.bp-hidden, .bp-scroll')) continue;
    const box = one.getBoundingClientRect();
    if (box.width === 0) continue;
    const picture = one.ownerSVGElement ? one.ownerSVGElement.getBoundingClientRect() : frame;
    const beside = box.left < frame.left - 1 || box.right > frame.right + 1;
    if (beside || box.top < picture.top - 1 || box.bottom > picture.bottom + 1)
      out.push(`${one.textContent.trim() || one.outerHTML} ${box.left - frame.left} to ${box.right - frame.left}`);
  }
  for (const one of section.querySelectorAll('.bp-chip, .bp-dial-name, p, button'))
    if (!one.closest('.bp-hidden') && one.scrollWidth > one.clientWidth + 1) out.push(`overflow: ${one.textContent.trim()}`);
  return out;
}"""

OVERLAPPING = """(section) => {
  const out = [];
  for (const picture of section.querySelectorAll('svg.bp-picture')) {
    const texts = [...picture.querySelectorAll('text')].filter((one) => one.textContent.trim()).map((one) => {
      const box = one.getBoundingClientRect();
      const trim = box.height * 0.22;   // the box of a line is taller than its letters
      return {text: one.textContent, left: box.left, right: box.right, top: box.top + trim, bottom: box.bottom - trim};
    });
    for (let i = 0; i < texts.length; i++) for (let j = 0; j < i; j++) {
      const [a, b] = [texts[i], texts[j]];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 1) out.push(`${a.text} | ${b.text}`);
    }
  }
  return out;
}"""

COLOURS = """(section) => {
  const probe = document.createElement('i');
  section.append(probe);
  const read = (name) => {
    probe.style.color = `var(--bp-${name})`;
    return getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  };
  const names = ['paper', 'ink', 'soft', 'edge', 'fill', 'forward', 'forward-ink', 'backward', 'backward-ink', 'third',
    'lit', 'lit-edge'];
  const result = Object.fromEntries(names.map((name) => [name, read(name)]));
  probe.remove();
  return result;
}"""

AXE = """(section) => axe.run(section, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}).then(
  (result) => result.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`))"""

// Keyboard, and the clock of what refreshes itself. Pages work without it.
(() => {
  const root = document.documentElement;
  root.classList.add('js');

  const every = 1000;
  let inFlight = false;
  let lost = false;

  const isPaused = () => root.classList.contains('paused');
  const isSelecting = () => String(getSelection() ?? '') !== '';

  setInterval(() => {
    if (document.hidden || inFlight || isPaused() || isSelecting()) return;
    document.body.dispatchEvent(new CustomEvent('tick'));
  }, every);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !isPaused()) document.body.dispatchEvent(new CustomEvent('tick'));
  });

  const say = (isLost) => {
    lost = isLost;
    root.classList.toggle('lost', isLost);
    const status = document.getElementById('connection');
    const text = isLost ? 'No connection. What you see is old; trying again.' : '';
    if (status !== null && status.textContent !== text) status.textContent = text;
  };
  document.addEventListener('htmx:before:request', () => (inFlight = true));
  document.addEventListener('htmx:finally:request', () => (inFlight = false));
  document.addEventListener('htmx:error', () => say(true));
  document.addEventListener('htmx:response:error', () => say(true));
  document.addEventListener('htmx:after:request', ({ detail }) => {
    if (lost && detail.ctx.response.status < 400) say(false);
  });

  const pause = () => {
    const paused = root.classList.toggle('paused');
    document.getElementById('pause')?.setAttribute('aria-pressed', String(paused));
  };
  const help = () => document.getElementById('help')?.showModal();
  const search = () => document.getElementById('search')?.focus();

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-press]') : null;
    if (button === null) return;
    const press = { pause, help, close: () => document.getElementById('help')?.close() }[button.dataset.press];
    press?.();
  });

  let isGoing = false;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target, key } = event;
    if (target instanceof Element && target.matches('input, textarea, select')) {
      if (key === 'Escape') target.blur();
      return;
    }
    if (isGoing) {
      isGoing = false;
      document.querySelector(`nav a[data-key="${CSS.escape(key)}"]`)?.click();
      return;
    }
    if (key === '/') {
      event.preventDefault();
      search();
    } else if (key === '?') help();
    else if (key === 'p') pause();
    else if (key === 'g') isGoing = true;
  });
})();

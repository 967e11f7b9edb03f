'use strict';
(() => {
  const form = document.getElementById('filters');
  const frames = Array.from(document.querySelectorAll('#frames > article'));
  const count = document.getElementById('count');
  const none = document.getElementById('none');
  const back = document.getElementById('back');
  const texts = frames.map((frame) => frame.querySelector('.words').textContent.toLowerCase());
  const field = (name) => (form.elements[name] ? form.elements[name].value : '');

  function filter() {
    const words = field('find').toLowerCase().split(/\s+/).filter(Boolean);
    const show = field('show');
    const scene = field('scene');
    const from = field('from') === '' ? -Infinity : Number(field('from'));
    const to = field('to') === '' ? Infinity : Number(field('to'));
    const byAmount = from !== -Infinity || to !== Infinity;
    let shown = 0;
    for (const [index, frame] of frames.entries()) {
      const data = frame.dataset;
      const amount = Number(data.amount);
      const meets =
        (show === '' ||
          (show === 'warned' && 'warned' in data) ||
          (show === 'position' && 'position' in data) ||
          show === data.status) &&
        (scene === '' || data.scene === scene) &&
        (!byAmount || ('amount' in data && amount >= from && amount <= to)) &&
        words.every((word) => texts[index].includes(word));
      frame.hidden = !meets;
      if (meets) shown += 1;
    }
    const all = frames.length;
    count.textContent = shown === all ? `${all} ${all === 1 ? 'frame' : 'frames'}` : `${shown} of ${all} frames`;
    none.hidden = shown > 0 || all === 0;
  }

  document.addEventListener('input', (event) => {
    const slider = event.target;
    if (slider.matches('.pair input')) {
      slider.parentElement.style.setProperty('--x', `${slider.value}%`);
    } else if (form.contains(slider)) {
      filter();
    }
  });
  // A finger that scrolls the page past a picture leaves its slider as it was.
  let was = null;
  document.addEventListener('pointerdown', (event) => {
    was = event.target.matches('.pair input') ? event.target.value : null;
  });
  document.addEventListener('pointercancel', (event) => {
    if (was !== null && event.target.matches('.pair input')) {
      event.target.value = was;
      event.target.parentElement.style.setProperty('--x', `${was}%`);
    }
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = frames.length < 2;
  // On a phone the way back up a thousand frames is long.
  new IntersectionObserver(([seen]) => {
    back.hidden = form.hidden || seen.isIntersecting;
  }).observe(form);
  filter();
})();

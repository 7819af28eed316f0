// The neighbourhood's picture, panned and zoomed: buttons, keys, dragging, pinching. Without it the picture is whole.
for (const svg of document.querySelectorAll("svg.neighbourhood")) {
  const figure = svg.closest("figure");
  const whole = svg.viewBox.baseVal;
  const [width, height] = [whole.width, whole.height];
  const DEEPEST = 6;
  let [x, y, zoom] = [0, 0, 1];
  const fingers = new Map();
  let dragged = 0;

  const draw = () => {
    const [w, h] = [width / zoom, height / zoom];
    x = Math.min(Math.max(x, 0), width - w);
    y = Math.min(Math.max(y, 0), height - h);
    svg.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
    svg.classList.toggle("near", zoom > 1);
    for (const button of figure.querySelectorAll(".lens button")) {
      button.disabled = button.value === "in" ? zoom >= DEEPEST : zoom <= 1;
    }
  };
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const to = (wanted, [u, v] = [0.5, 0.5]) => {
    const next = Math.min(Math.max(wanted, 1), DEEPEST);
    x += u * width * (1 / zoom - 1 / next);
    y += v * height * (1 / zoom - 1 / next);
    zoom = next;
    draw();
  };
  const move = (right, down) => { x += (right * width) / zoom; y += (down * height) / zoom; draw(); };

  const lens = document.createElement("p");
  lens.className = "lens";
  for (const [value, sign, words, act] of [
    ["in", "+", "Zoom in", () => to(zoom * 1.5)], ["out", "−", "Zoom out", () => to(zoom / 1.5)], ["all", "Whole", "Show the whole picture", () => to(1)],
  ]) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", value, textContent: sign });
    button.setAttribute("aria-label", words);
    button.addEventListener("click", act);
    lens.append(button);
  }
  figure.prepend(lens);

  figure.addEventListener("keydown", (event) => {
    if (event.target !== figure || event.ctrlKey || event.metaKey || event.altKey) return;
    const near = zoom > 1;
    const keys = {
      "+": () => to(zoom * 1.5), "=": () => to(zoom * 1.5), "-": () => to(zoom / 1.5), 0: () => to(1), Escape: near && (() => to(1)),
      ArrowLeft: near && (() => move(-0.1, 0)), ArrowRight: near && (() => move(0.1, 0)),
      ArrowUp: near && (() => move(0, -0.1)), ArrowDown: near && (() => move(0, 0.1)),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    to(zoom * Math.exp(-event.deltaY / 200), at(event));
  }, { passive: false });
  svg.addEventListener("dblclick", (event) => { event.preventDefault(); to(zoom * 2, at(event)); });
  svg.addEventListener("pointerdown", (event) => { fingers.set(event.pointerId, at(event)); dragged = 0; });
  svg.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    fingers.set(event.pointerId, now);
    dragged += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (others.length) {
      const far = (place) => Math.hypot(place[0] - others[0][0], place[1] - others[0][1]) || 0.01;
      to((zoom * far(now)) / far(before), others[0]);
    } else if (zoom > 1) {
      if (dragged > 0.01) svg.setPointerCapture(event.pointerId);
      move(before[0] - now[0], before[1] - now[1]);
    }
  });
  for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => fingers.delete(event.pointerId));
  addEventListener("pointerup", (event) => fingers.delete(event.pointerId));
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("click", (event) => { if (dragged > 0.01) event.preventDefault(); }, { capture: true });
  draw();
  // On a small screen one sees first what the thing leads to, or, where it leads nowhere, what leads to it.
  figure.scrollLeft = svg.classList.contains("in") ? 0 : figure.scrollWidth;
}

// Sliders of a sample: asks this server what the scores become. Without scripts the form below does the same.
const live = document.getElementById("live");
if (live) {
  const sliders = [...live.querySelectorAll("input[type=range]")];
  const said = live.querySelector("[data-said]");
  const [undo] = live.querySelectorAll("[data-do=undo]");
  const asRead = sliders.map((slider) => slider.value);
  const past = [];
  let held = [...asRead], asked = 0, waiting;

  // The amount at a level: level = 2 / (1 + 3^-x), x from -1 at the low end of the range to 1 at its high end.
  const amount = (level, low, high) => {
    if (!(low > 0) || level < 0.1 || level > 1.9) return "";
    const x = Math.log(level / (2 - level)) / Math.log(3);
    const at = 10 ** ((Math.log10(low) + Math.log10(high)) / 2 + (x * (Math.log10(high) - Math.log10(low))) / 2);
    return `, about ${Number(at.toPrecision(2)).toLocaleString("en")} pg/mL`;
  };
  const tell = (slider) => {
    const { low, high } = slider.dataset;
    const words = `${Number(slider.value).toFixed(2)}${amount(Number(slider.value), Number(low), Number(high))}`;
    slider.nextElementSibling.textContent = words;
    slider.setAttribute("aria-valuetext", words);
  };
  const ask = async () => {
    const query = new URLSearchParams();
    for (const slider of sliders) {
      query.append("factor", slider.dataset.factor);
      query.append("level", slider.value);
    }
    const mine = ++asked;
    const answer = await fetch(`${live.dataset.address}?${query}`, { headers: { Accept: "application/json" } });
    if (mine !== asked) return;
    said.textContent = answer.ok ? "" : "The scores could not be worked out. Is the result still kept? Score the file again.";
    if (!answer.ok) return;
    for (const row of await answer.json()) {
      const cell = live.querySelector(`tr[data-effect="${row.effect}"] [data-now]`);
      cell.textContent = `${Math.round(100 * row.probability)}\u00a0%`;
    }
  };
  const put = (values) => {
    sliders.forEach((slider, i) => { slider.value = values[i]; tell(slider); });
    held = [...values];
    undo.disabled = !past.length;
    ask();
  };
  const keep = (name) => {
    for (const row of live.querySelectorAll("tr[data-effect]"))
      row.querySelector(`[data-${name}]`).textContent = row.querySelector("[data-now]").textContent;
  };
  for (const slider of sliders) {
    tell(slider);
    slider.addEventListener("input", () => { tell(slider); clearTimeout(waiting); waiting = setTimeout(ask, 60); });
    slider.addEventListener("change", () => { past.push(held); held = sliders.map((one) => one.value); undo.disabled = false; });
  }
  live.addEventListener("click", (event) => {
    const what = event.target.dataset.do;
    if (what === "undo" && past.length) put(past.pop());
    if (what === "reset") { past.push(held); put(asRead); }
    if (what === "a" || what === "b") keep(what);
  });
  live.hidden = false;
}

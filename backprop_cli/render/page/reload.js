// Asks now and then whether there is a newer page, and takes it; the address, and with it what is chosen and changed, stays.
const every = 400; // milliseconds
const mine = document.documentElement.dataset.version;
setInterval(async () => {
  try {
    const answer = await fetch("version", { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== mine) location.reload();
  } catch {
    // the program has ended
  }
}, every);

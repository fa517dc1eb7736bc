// Miniflare's calls that must answer at once (`prepare` of D1, for one) block on `Atomics.wait` until another thread has
// answered. That thread's notification for one call may arrive during the next one; Miniflare then takes an answer that
// is not there yet and fails with `false == true` (workers-sdk pull request 15552, after the release that we use).
// `Atomics.wait` may always wake early, so this waits until the value has changed. Import it before Miniflare.

const { wait } = Atomics;

Atomics.wait = (array, index, value, timeout) => {
  let woken = wait(array, index, value, timeout);
  while (woken === "ok" && Atomics.load(array, index) === value) woken = wait(array, index, value, timeout);
  return woken;
};

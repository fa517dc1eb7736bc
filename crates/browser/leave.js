// The way out of a page on a shared computer: nothing leads back to it.

document.getElementById("leave")?.addEventListener("click", (event) => {
  event.preventDefault();
  location.replace(event.currentTarget.href);
});

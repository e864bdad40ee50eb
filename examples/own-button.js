// May be called before the chat's script is there: what is said is done as soon as it is.
window.MariaChat ??= function (...call) {
  (window.MariaChat.q ??= []).push(call);
};

document.querySelector('#by-script').addEventListener('click', (event) => {
  event.preventDefault();
  window.MariaChat('prefill', {name: 'Robin Example'});
  window.MariaChat('open');
});

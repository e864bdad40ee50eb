// A call can come before the chat's script has loaded. The script then runs the stored calls.
window.MariaChat ??= function (...call) {
  (window.MariaChat.q ??= []).push(call);
};

document.querySelector('#by-script').addEventListener('click', (event) => {
  event.preventDefault();
  window.MariaChat('prefill', {name: 'Robin Example'});
  window.MariaChat('open');
});

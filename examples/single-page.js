const show = () => {
  const view = new URLSearchParams(location.search).get('view') ?? 'home';
  const body = document.createElement('body');
  body.append(document.getElementById(view).content.cloneNode(true));
  document.body.replaceWith(body);
};

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="?view="]');
  if (!link) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  show();
});
addEventListener('popstate', show);
show();

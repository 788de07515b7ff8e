const query = new URLSearchParams(window.location.search);
const refreshSeconds = Number(query.get('refresh') ?? 0);
query.set('text', 'true');

async function show() {
  const reply = await fetch(`${window.location.pathname}?${query}`);
  document.getElementById('log').textContent = await reply.text();
  window.scrollTo(0, document.body.scrollHeight);
}

void show();
if (refreshSeconds > 0) setInterval(show, Math.max(refreshSeconds, 3) * 1000);

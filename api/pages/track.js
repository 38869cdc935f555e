
'use strict';
(() => {
  const form = document.getElementById('ask');
  const said = document.getElementById('said');
  const button = form.querySelector('button');

  const element = (tag, text, attributes) => {
    const e = document.createElement(tag);
    if (text) e.textContent = text;
    for (const [name, value] of Object.entries(attributes || {})) e.setAttribute(name, value);
    return e;
  };
  const card = (...children) => {
    const e = element('section', '', { class: 'card' });
    e.append(...children);
    return e;
  };
  const day = (date) => {
    const [y, m, d] = date.split('-').map(Number);
    return y + '年' + m + '月' + d + '日';
  };
  const tell = (text) => said.replaceChildren(element('p', text, { class: 'card verdict warn' }));
  const states = { pending: '制作中', in_force: '有效', revoked: '已撤销', superseded: '已被取代' };

  const due = (c) => {
    if (!c.due_on) return '';
    let text = day(c.due_on);
    if (typeof c.days_left === 'number') {
      text += c.days_left < 0 ? '（已超过 ' + -c.days_left + ' 个工作日）' : '（还剩 ' + c.days_left + ' 个工作日）';
    }
    return text + (c.due_provisional ? '，暂定，以当年节假日安排公布后为准' : '');
  };

  const show = (c) => {
    const facts = element('dl');
    for (const [name, value] of [
      ['办件编号', c.case_no], ['办理机关', c.county], ['当前环节', c.stage_title], ['由谁办理', c.holder_title],
      ['办理期限', due(c)], ['接下来', c.next],
    ]) {
      if (value) facts.append(element('dt', name), element('dd', value));
    }
    const parts = [card(element('h2', c.title), facts)];
    if (c.papers && c.papers.length) {
      const list = element('ul', '', { class: 'plain' });
      for (const p of c.papers) list.append(element('li', p.title + ' ' + p.number + '，' + day(p.issued_on) + '，' + (states[p.state] || p.state)));
      parts.push(card(element('h2', '文书'), list));
    }
    if (c.timeline && c.timeline.length) {
      const list = element('ol', '', { class: 'steps' });
      for (const e of c.timeline) {
        const at = new Intl.DateTimeFormat('zh-CN', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Shanghai' }).format(new Date(e.at));
        list.append(element('li', at + '　' + e.note));
      }
      parts.push(card(element('h2', '办理经过'), list));
    }
    said.replaceChildren(...parts);
  };

  const ask = async () => {
    const number = form.elements.case.value.trim();
    const code = form.elements.code.value.trim();
    if (!number || !code) return;
    button.disabled = true;
    said.replaceChildren(element('p', '正在查询…', { class: 'card' }));
    try {
      const response = await fetch('/api/v1/public/cases/' + encodeURIComponent(number) + '/status', {
        method: 'POST', credentials: 'omit', cache: 'no-store',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify({ code }),
      });
      const body = await response.json();
      if (response.ok) show(body);
      else tell(body.detail || '暂时无法查询，请稍后再试。');
    } catch {
      tell('网络不通，请稍后再试。');
    }
    button.disabled = false;
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask();
  });
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.get('case') && given.get('code')) {
    form.elements.case.value = given.get('case');
    form.elements.code.value = given.get('code');
    history.replaceState(null, '', location.pathname);
    ask();
  }
})();

// What else than fetch loads across origins: run in the page before its own scripts, called through `loads.ts`.
// Each function reports what a script there can see.

globalThis.loads = {
  xhr({ url, method = 'GET', headers = {}, body = null, withCredentials = false, watchesUpload = false }) {
    return new Promise((resolve) => {
      const xhr = new XMLHttpRequest();
      let uploaded = -1;
      xhr.open(method, url);
      xhr.withCredentials = withCredentials;
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
      // A listener here is enough to make a preflight necessary (XMLHttpRequest, "upload listener flag").
      if (watchesUpload) {
        xhr.upload.addEventListener('load', ({ loaded }) => {
          uploaded = loaded;
        });
      }
      const done = (ended) => {
        const lines = xhr.getAllResponseHeaders().split('\r\n').filter(Boolean);
        const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)));
        resolve({ ended, status: xhr.status, body: xhr.responseText, headers, uploaded });
      };
      xhr.addEventListener('load', () => done('load'));
      xhr.addEventListener('error', () => done('error'));
      xhr.send(body);
    });
  },

  image({ url, crossOrigin }) {
    return new Promise((resolve) => {
      const image = new Image();
      if (crossOrigin !== undefined) image.crossOrigin = crossOrigin;
      image.onerror = () => resolve('error');
      image.onload = () => {
        const context = document.createElement('canvas').getContext('2d');
        context.drawImage(image, 0, 0);
        try {
          context.getImageData(0, 0, 1, 1);
          resolve('readable');
        } catch {
          resolve('shown');
        }
      };
      image.src = url;
    });
  },

  script({ url, type, crossOrigin }) {
    return new Promise((resolve) => {
      const script = document.createElement('script');
      if (type !== undefined) script.type = type;
      if (crossOrigin !== undefined) script.crossOrigin = crossOrigin;
      script.onload = () => resolve('load');
      script.onerror = () => resolve('error');
      script.src = url;
      document.head.append(script);
    });
  },

  /** What `window.onerror` is told of an exception in a classic script: "Script error." where it may not know. */
  scriptError({ url, crossOrigin }) {
    return new Promise((resolve) => {
      addEventListener('error', ({ message }) => resolve(message), { once: true });
      const script = document.createElement('script');
      if (crossOrigin !== undefined) script.crossOrigin = crossOrigin;
      script.src = url;
      document.head.append(script);
    });
  },

  style({ url, crossOrigin }) {
    return new Promise((resolve) => {
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      if (crossOrigin !== undefined) link.crossOrigin = crossOrigin;
      link.onerror = () => resolve('error');
      link.onload = () => {
        try {
          resolve(link.sheet.cssRules.length > 0 ? 'readable' : 'empty');
        } catch {
          resolve('shown');
        }
      };
      link.href = url;
      document.head.append(link);
    });
  },

  font({ url }) {
    const font = new FontFace('told', `url("${url}")`);
    return font.load().then(
      () => 'load',
      () => 'error',
    );
  },

  /** The messages until `count` came; `closed` where the browser gave up. */
  events({ url, count, withCredentials = false }) {
    return new Promise((resolve) => {
      const messages = [];
      const source = new EventSource(url, { withCredentials });
      const end = () => {
        source.close();
        resolve(messages);
      };
      source.onmessage = ({ data }) => {
        messages.push(data);
        if (messages.length === count) end();
      };
      source.onerror = () => {
        if (source.readyState !== EventSource.CLOSED) return;
        messages.push('closed');
        end();
      };
    });
  },

  /** What comes back to `hello`, or `refused`. */
  socket({ url }) {
    return new Promise((resolve) => {
      const socket = new WebSocket(url.replace(/^http/, 'ws'));
      socket.onopen = () => socket.send('hello');
      socket.onmessage = ({ data }) => {
        socket.close();
        resolve(String(data));
      };
      socket.onerror = () => resolve('refused');
    });
  },

  /** Whether the browser took it; what comes of a beacon no script can see. */
  beacon({ url, type, body }) {
    return navigator.sendBeacon(url, new Blob([body], { type }));
  },

  /** An upload whose length nobody knows beforehand: HTTP/2 alone can carry it. */
  async streamed({ url, chunks }) {
    const text = new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    const body = text.pipeThrough(new TextEncoderStream());
    const response = await fetch(url, { method: 'POST', body, duplex: 'half' }).catch(String);
    return typeof response === 'string' ? response : response.text();
  },

  /** What has arrived of a body when the first bytes are there; then the rest is no longer wanted. */
  async firstChunk({ url }) {
    const abort = new AbortController();
    const response = await fetch(url, { signal: abort.signal });
    const { value } = await response.body.pipeThrough(new TextDecoderStream()).getReader().read();
    abort.abort();
    return value;
  },

  /**
   * The first text that `script` says in a frame without `allow-same-origin`: its origin is opaque. The frame stays:
   * with it would go what the console has yet to say of it.
   */
  sandboxed({ script }) {
    return new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.sandbox.value = 'allow-scripts allow-forms';
      frame.srcdoc = `<script>const say = (text) => parent.postMessage(String(text), '*');${script}</script>`;
      const hear = ({ source, data }) => {
        if (source !== frame.contentWindow) return;
        removeEventListener('message', hear);
        resolve(data);
      };
      addEventListener('message', hear);
      document.body.append(frame);
    });
  },

  /** A form that posts into a frame; done when the frame has loaded what came back. */
  form({ url, body }) {
    return new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.name = `frame${Math.random()}`;
      const form = document.createElement('form');
      form.action = url;
      form.method = 'POST';
      form.target = frame.name;
      const field = document.createElement('input');
      field.name = 'field';
      field.value = body;
      form.append(field);
      document.body.append(frame, form);
      frame.onload = () => resolve('loaded');
      form.submit();
    });
  },

  /** A document in a frame: done when it has loaded, whatever it is. */
  frame({ url }) {
    return new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.onload = () => resolve('loaded');
      frame.src = url;
      document.body.append(frame);
    });
  },
};

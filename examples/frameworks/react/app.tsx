import 'maria-chat';
import type {MariaChat} from 'maria-chat';
import type {} from 'maria-chat/react';
import {useRef, useState} from 'react';
import {createRoot} from 'react-dom/client';

function Intake({backend}: {backend: string}) {
  const chat = useRef<MariaChat>(null);
  const [reference, setReference] = useState<string | null>(null);
  return (
    <main>
      <h1>React</h1>
      <button className="primary" type="button" onClick={() => void chat.current?.open()}>
        Send us your documents
      </button>
      <p role="status">{reference ? `Arrived: ${reference}` : 'Nothing yet.'}</p>
      <maria-chat
        ref={chat}
        site="demo"
        api={backend}
        heading="Intake with React"
        onmaria-complete={(event) => setReference(event.reference)}
      />
    </main>
  );
}

createRoot(document.querySelector('#app')!).render(<Intake backend={location.origin} />);

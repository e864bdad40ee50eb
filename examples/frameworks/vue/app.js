import 'maria-chat';
import {createApp, h, ref} from 'vue';

const Intake = {
  props: {backend: {type: String, required: true}},
  setup({backend}) {
    const chat = ref(null);
    const reference = ref(null);
    return () =>
      h('main', [
        h('h1', 'Vue'),
        h(
          'button',
          {class: 'primary', type: 'button', onClick: () => chat.value.open()},
          'Send us your documents',
        ),
        h('p', {role: 'status'}, reference.value ? `Arrived: ${reference.value}` : 'Nothing yet.'),
        h('maria-chat', {
          ref: chat,
          site: 'demo',
          api: backend,
          heading: 'Intake with Vue',
          // Vue makes `maria-complete` of it.
          onMariaComplete: (event) => (reference.value = event.reference),
        }),
      ]);
  },
};

createApp(Intake, {backend: location.origin}).mount('#app');

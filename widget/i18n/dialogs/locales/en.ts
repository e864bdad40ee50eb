/** Words of the dialogs; they come with them. */
const en = {
  confirmDiscard: 'Your answers, messages and uploaded files will be deleted.',
  confirmForget:
    'This device forgets the conversation. What you have handed in stays with us; keep your reference.',

  myData: 'My data',
  loading: 'One moment…',
  onlyHere: 'Your name stays on this device until you hand in your request.',
  away: 'We cannot reach our system. Please try again in a moment.',
  change: 'Change',
  save: 'Save',
  personal_data: 'Storing your data',
  ai_training: 'Training our AI agent with your files',
  ai_answers: 'Our AI assistant reading your files',
  withdraw: 'Withdraw consent',
  messages: 'Your messages',
  downloadFile: 'Download {name}',
  downloadAll: 'Download everything (ZIP)',
  erase: 'Erase everything',
  eraseConsequence:
    'Your details, files and messages will be erased, here and with us, and your request ends. This cannot be undone.',
  erased:
    'Your details and files are erased, here and with us. The reference {reference} has ended. Goodbye.',
  print: 'Print',
  language: 'Language',
  textSize: 'Text size',
  sound: 'Sound when Maria writes',
};

export type DialogTexts = typeof en;
export default en;

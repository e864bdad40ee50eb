import type {DialogTexts} from './en.js';

const ar: DialogTexts = {
  startOver: 'البدء من جديد',
  confirmDiscard: 'ستُحذف إجاباتك ورسائلك وملفاتك.',
  confirmForget: 'ستُزال المحادثة من هذا الجهاز. نحتفظ بما أرسلته إلينا؛ دوّن رقمك المرجعي.',

  myData: 'بياناتي',
  loading: 'لحظة…',
  onlyHere: 'تبقى إجاباتك على هذا الجهاز حتى ترسل طلبك.',
  away: 'لم ينجح ذلك. حاول مرة أخرى بعد قليل.',
  change: 'تغيير',
  save: 'حفظ',
  personal_data: 'حفظ بياناتك',
  ai_training: 'تدريب مساعد الذكاء الاصطناعي لدينا بملفاتك',
  ai_answers: 'قراءة مساعد الذكاء الاصطناعي لدينا لملفاتك',
  agreedOn: '✓ تمت الموافقة في {time}',
  declinedOn: '✗ تم الرفض في {time}',
  withdraw: 'سحب الموافقة',
  messages: 'رسائلك',
  downloadFile: 'تنزيل {name}',
  remove: 'إزالة الملف',
  removeConsequence: 'سنحذف {name}. لا يمكن التراجع عن ذلك.',
  downloadAll: 'تنزيل الكل (ZIP)',
  erase: 'محو الكل',
  eraseConsequence:
    'سنمحو بياناتك وملفاتك ورسائلك من هذا الجهاز ومن خوادمنا، ونغلق طلبك. لا يمكن التراجع عن ذلك.',
  erased: 'مُحي كل شيء. لم يعد رقمك المرجعي {reference} صالحًا. إلى اللقاء!',
  keep: 'حفظ المحادثة',
  print: 'طباعة',
  language: 'اللغة',
  textSize: 'حجم النص',
  sound: 'صوت عندما تكتب ماريا',
};

export default ar;

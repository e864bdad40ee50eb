import type {QuestionTexts} from './en.js';

const ar: QuestionTexts = {
  skip: 'تخطي',
  other: 'إجابة أخرى',
  yes: 'نعم',
  no: 'لا',
  yourAnswers: 'إجاباتك',
  changed: 'تم التغيير: {answer}',
  missing: 'أجب عن هذا السؤال من فضلك.',
  other_missing: 'اكتب إجابتك في الحقل من فضلك.',
  wrong: 'راجع إجابتك من فضلك.',
  answers_too_large: 'إجاباتك طويلة جدًا معًا. اختصر هذه الإجابة.',
  too_many_answers: 'لا يمكننا حفظ إجابات أخرى. راسلنا بدلًا من ذلك.',
  too_short: 'عدد الأحرف المطلوب: {min} على الأقل.',
  too_few_choices: 'عدد الخيارات المطلوب: {min} على الأقل.',
  too_many_choices: 'عدد الخيارات المسموح: {max} كحد أقصى.',
  not_a_number: 'أدخل الرقم وحده، مثل 12.',
  whole_number: 'أدخل رقمًا صحيحًا بلا كسور.',
  too_many_decimals: 'المنازل العشرية: {max} كحد أقصى.',
  too_small: 'أدخل {min} أو أكثر.',
  too_large: 'أدخل {max} أو أقل.',
  not_a_date: 'أدخل تاريخًا كاملًا من فضلك.',
  too_early: 'اختر {min} أو تاريخًا بعده.',
  too_late: 'اختر {max} أو تاريخًا قبله.',
  not_a_phone: 'أدخل رقم هاتف من {min} إلى {max} رقمًا، بلا حروف.',
  not_a_url: 'أدخل عنوان موقع بلا مسافات، مثل example.com.',
  not_http: 'أدخل عنوانًا يبدأ بـ https:// أو http://.',
};

export default ar;
